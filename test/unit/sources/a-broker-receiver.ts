import type { BrokerReceiver, BrokerReceiverSpec } from '../../../operator/api/broker-receiver/broker-receiver.ts';

/** A BrokerReceiver `apps/ecr` of the type in memory, with these changes to its spec. */
export function aBrokerReceiver(
  spec: Partial<BrokerReceiverSpec> = {},
  more: Partial<Pick<BrokerReceiver, 'status'>> & { readonly metadata?: Partial<BrokerReceiver['metadata']> } = {},
): BrokerReceiver {
  return {
    metadata: { name: 'ecr', namespace: 'apps', uid: 'u1', generation: 1, ...more.metadata },
    spec: {
      type: 'sqs',
      sqs: { queueURL: 'events' },
      ...(spec.receiverRef ? {} : { resources: [{ kind: 'ImageRepository', name: 'webapp' }] }),
      ...spec,
    },
    ...(more.status === undefined ? {} : { status: more.status }),
  };
}
