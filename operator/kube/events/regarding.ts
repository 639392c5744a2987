import type { Regarding } from './event-series.ts';

/** What an Event needs to know of the object that it is about. */
export interface RegardedObject {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

/** An object of that kind, as an Event refers to it. */
export function regarding(
  type: Pick<Regarding, 'apiVersion' | 'kind'>,
  { namespace, name, uid, resourceVersion }: RegardedObject,
): Regarding {
  return {
    apiVersion: type.apiVersion,
    kind: type.kind,
    namespace,
    name,
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}
