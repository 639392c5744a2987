/** The CustomResourceDefinition of BrokerReceivers. */
import { type CustomResourceDefinition, crd } from '../crd.ts';
import { SLUICE_GROUP } from '../meta.ts';
import { BROKER_RECEIVER_KIND, BROKER_RECEIVER_PLURAL, BROKER_RECEIVER_VERSION } from './broker-receiver.ts';
import type { BrokerTypeRule } from './broker-receiver-rules.ts';
import { brokerReceiverSpecSchema, brokerReceiverStatusSchema } from './broker-receiver-schema.ts';

/** @param types the entries of the registry of sources: they make the enum of `spec.type`, the blocks and their rules. */
export function brokerReceiverCrd(types: readonly BrokerTypeRule[]): CustomResourceDefinition {
  return crd({
    kind: BROKER_RECEIVER_KIND,
    group: SLUICE_GROUP,
    plural: BROKER_RECEIVER_PLURAL,
    shortNames: ['brcv'],
    categories: ['all', 'fluxcd'],
    version: BROKER_RECEIVER_VERSION,
    description:
      "A BrokerReceiver receives the messages of a broker's queue. A message makes resources of Flux reconcile at once.",
    spec: brokerReceiverSpecSchema(types),
    status: brokerReceiverStatusSchema,
    firstColumns: [{ name: 'Type', type: 'string', jsonPath: '.spec.type', description: 'The broker' }],
    columns: [
      {
        name: 'Ready',
        type: 'string',
        jsonPath: '.status.conditions[?(@.type=="Ready")].status',
        description: 'Whether messages are received',
      },
      {
        name: 'Status',
        type: 'string',
        jsonPath: '.status.conditions[?(@.type=="Ready")].message',
        description: 'What is read, or what is wrong',
      },
      {
        name: 'Last-Message',
        type: 'date',
        jsonPath: '.status.lastMessageTime',
        description: 'When the last message was received',
      },
    ],
  });
}
