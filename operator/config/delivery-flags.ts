/** The flags of the group Deliveries: what is remembered of webhooks, messages and notifications. */
import { integerFlag } from './flag.ts';

const MAX_HISTORY = 1_000_000;

export const deliveryFlags = {
  deliveryHistory: integerFlag({
    name: 'delivery-history',
    group: 'Deliveries',
    default: 5_000,
    min: 0,
    max: MAX_HISTORY,
    help: 'How many deliveries a replica remembers in all; 0: none, without the condition Delivering and follow-up',
  }),
};
