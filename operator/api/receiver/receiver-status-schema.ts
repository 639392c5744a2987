/** `status` of a Receiver as a structural schema. */

import { conditionsSchema } from '../condition-schema.ts';
import { lastDeliverySchema } from '../deliveries-schema.ts';
import { urlsSchema } from '../exposure-schema.ts';
import type { JsonSchema } from '../json-schema.ts';
import { reconcileStatusSchema } from '../reconcile-status-schema.ts';
import { RECEIVER_KIND } from './receiver.ts';

export const receiverStatusSchema: JsonSchema = {
  type: 'object',
  description: 'Observed state of the Receiver.',
  default: { observedGeneration: -1 },
  properties: {
    conditions: conditionsSchema(
      RECEIVER_KIND,
      ['Ready', 'Reconciling', 'Stalled', 'Exposed', 'ResolvedRefs', 'Delivering'],
      ['Succeeded', 'TokenNotFound', 'InvalidCELExpression'],
    ),
    webhookPath: {
      type: 'string',
      description:
        'Path of the URL that the sender calls: /hook/ and the hexadecimal SHA-256 of token, name and namespace. Empty ' +
        'while there is no token.',
    },
    ...reconcileStatusSchema(RECEIVER_KIND),
    url: {
      type: 'string',
      description: 'URL to give to the sender: the first of urls that is reachable from outside the cluster.',
    },
    urls: urlsSchema,
    lastDelivery: lastDeliverySchema,
  },
};
