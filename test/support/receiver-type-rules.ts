import type { ReceiverTypeRule } from '../../operator/api/receiver/receiver-rules.ts';
import { webhookTypes } from '../../operator/webhooks/index.ts';

/** The registry as the CRD and the validation take it. */
export const receiverTypeRules: readonly ReceiverTypeRule[] = [...webhookTypes.values()];
