/** Which objects notify a target, so that their deliveries may be missed where it moves by itself. */
import { BROKER_RECEIVER_KIND, type BrokerReceiver } from '../../api/broker-receiver/broker-receiver.ts';
import { RECEIVER_KIND, type ResourceReference } from '../../api/receiver/receiver.ts';
import type { Notifying } from '../../receivers/notifying.ts';
import type { ObjectRef } from '../records/record.ts';

export interface ReferrersOptions {
  readonly routes: Pick<Notifying['routes'], 'findByKey'>;
  /** `namespace/name` of each Receiver. */
  readonly receivers: () => readonly string[];
  readonly brokerReceivers: () => Iterable<BrokerReceiver>;
  /** With `--no-cross-namespace-refs`. */
  readonly sameNamespaceOnly: boolean;
}

/** An entry of `spec.resources`. */
interface Entry extends Pick<ResourceReference, 'kind' | 'namespace' | 'name'> {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
}

/** An object that notifies targets. */
interface Referrer extends ObjectRef {
  readonly entries: readonly Entry[];
}

/** The Receivers and BrokerReceivers that are served and notify a target, whatever their filters say. */
export function referrersOf(
  options: ReferrersOptions,
  target: ObjectRef,
  labels: Readonly<Record<string, string>>,
): readonly ObjectRef[] {
  return referrers(options)
    .filter(({ namespace }) => !options.sameNamespaceOnly || namespace === target.namespace)
    .filter(({ namespace, entries }) => entries.some((entry) => means(entry, namespace, { target, labels })))
    .map(({ kind, namespace, name }) => ({ kind, namespace, name }));
}

function referrers({ routes, receivers, brokerReceivers }: ReferrersOptions): readonly Referrer[] {
  const entriesOf = (receiver: string): readonly Entry[] => routes.findByKey(receiver)?.serving?.entries ?? [];
  const ofReceivers = receivers().map((key) => {
    const [namespace = '', name = ''] = key.split('/');
    return { kind: RECEIVER_KIND, namespace, name, entries: entriesOf(key) };
  });
  const ofBrokers = Array.from(brokerReceivers(), (object) => {
    const { namespace, name } = object.metadata;
    return { kind: BROKER_RECEIVER_KIND, namespace, name, entries: brokerEntries(object, entriesOf) };
  });
  return [...ofReceivers, ...ofBrokers];
}

/** Its own, or those of the Receiver that judges its messages; none while it reads nothing because somebody wants it so. */
function brokerEntries(
  { spec, metadata, status }: BrokerReceiver,
  entriesOf: (receiver: string) => readonly Entry[],
): readonly Entry[] {
  const isStalled = status?.conditions?.some(({ type, status: is }) => type === 'Stalled' && is === 'True');
  if (spec.suspend === true || isStalled === true) return [];
  if (spec.receiverRef == null) return spec.resources ?? [];
  return entriesOf(`${metadata.namespace}/${spec.receiverRef.name}`);
}

interface Meant {
  readonly target: ObjectRef;
  readonly labels: Readonly<Record<string, string>>;
}

/** @param own the namespace of the object whose entry it is. */
function means({ kind, namespace, name, matchLabels }: Entry, own: string, { target, labels }: Meant): boolean {
  if (kind !== target.kind || (namespace || own) !== target.namespace) return false;
  if (name !== '*') return name === target.name;
  // Without labels to match it is no entry that means anything.
  return matchLabels != null && Object.entries(matchLabels).every(([label, value]) => labels[label] === value);
}
