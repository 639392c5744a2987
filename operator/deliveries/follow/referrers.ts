import { RECEIVER_KIND } from '../../api/receiver/receiver.ts';
import type { Notifying } from '../../receivers/notifying.ts';
import type { ObjectRef } from '../records/record.ts';

export interface ReferrersOptions {
  readonly routes: Pick<Notifying['routes'], 'findByKey'>;
  /** `namespace/name` of each Receiver. */
  readonly receivers: () => readonly string[];
  /** With `--no-cross-namespace-refs`. */
  readonly sameNamespaceOnly: boolean;
}

/** The Receivers that are served and notify a target, whatever their filters say. */
export function referrersOf(
  { routes, receivers, sameNamespaceOnly }: ReferrersOptions,
  target: ObjectRef,
  labels: Readonly<Record<string, string>>,
): readonly ObjectRef[] {
  return receivers().flatMap((key) => {
    const route = routes.findByKey(key);
    if (route === undefined || (sameNamespaceOnly && route.namespace !== target.namespace)) return [];
    const isNamed = route.serving?.entries.some(({ kind, namespace, name, matchLabels = {} }) => {
      if (kind !== target.kind || namespace !== target.namespace) return false;
      if (name !== '*') return name === target.name;
      return Object.entries(matchLabels).every(([label, value]) => labels[label] === value);
    });
    return isNamed === true ? [{ kind: RECEIVER_KIND, namespace: route.namespace, name: route.name }] : [];
  });
}
