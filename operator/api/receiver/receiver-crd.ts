/** The CustomResourceDefinition of Receivers. */
import { type CustomResourceDefinition, crd } from '../crd.ts';
import { RECEIVER_KIND, RECEIVER_PLURAL, VERSION } from './receiver.ts';
import type { ReceiverTypeRule } from './receiver-rules.ts';
import { receiverSpecSchema } from './receiver-schema.ts';
import { receiverStatusSchema } from './receiver-status-schema.ts';

/** @param types the webhook registry's entries: they make the enum of `spec.type` and the rules between fields. */
export function receiverCrd(types: readonly ReceiverTypeRule[]): CustomResourceDefinition {
  return crd({
    kind: RECEIVER_KIND,
    plural: RECEIVER_PLURAL,
    version: VERSION,
    formerVersions: ['v1beta1', 'v1beta2'],
    description: 'A Receiver is a URL for webhooks. A verified webhook makes resources of Flux reconcile at once.',
    spec: receiverSpecSchema(types),
    status: receiverStatusSchema,
    columns: [
      {
        name: 'Ready',
        type: 'string',
        jsonPath: '.status.conditions[?(@.type=="Ready")].status',
        description: 'Whether webhooks are served',
      },
      {
        name: 'Status',
        type: 'string',
        jsonPath: '.status.conditions[?(@.type=="Ready")].message',
        description: 'The webhook path, or what is wrong',
      },
      { name: 'URL', type: 'string', jsonPath: '.status.url', description: 'URL to give to the sender' },
      {
        name: 'Last',
        type: 'date',
        jsonPath: '.status.lastDelivery.time',
        description: 'When the last webhook came',
      },
      { name: 'Type', type: 'string', jsonPath: '.spec.type', description: 'Type of the sender', priority: 1 },
      { name: 'Path', type: 'string', jsonPath: '.status.webhookPath', description: 'The webhook path', priority: 1 },
    ],
  });
}
