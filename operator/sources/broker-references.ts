/** What a BrokerReceiver refers to: its targets, or the Receiver that handles its messages. */
import type { BrokerReceiver } from '../api/broker-receiver/broker-receiver.ts';
import { RECEIVER_API_VERSION, RECEIVER_KIND } from '../api/receiver/receiver.ts';
import { resourceReferences } from '../receivers/references/resource-references.ts';
import type { TargetReference } from '../receivers/target-reference.ts';

/** @returns undefined where the spec has another form than the CRD says. */
export function brokerReferences({ spec, metadata }: BrokerReceiver): readonly TargetReference[] | undefined {
  const { receiverRef, resources } = spec;
  if (receiverRef == null) return resourceReferences(resources ?? [], metadata.namespace);
  const receiver = { apiVersion: RECEIVER_API_VERSION, kind: RECEIVER_KIND, name: receiverRef.name };
  return resourceReferences([receiver], metadata.namespace)?.map((each) => ({ ...each, field: 'receiverRef' }));
}
