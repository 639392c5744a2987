/** The event that Flux's controllers post, and that is sent on. Absent strings are empty, as Go reads them. */

/** Kubernetes' ObjectReference, in the order in which Go writes its fields. */
export interface InvolvedObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly apiVersion: string;
  readonly resourceVersion: string;
  readonly fieldPath: string;
}

export interface FluxEvent {
  readonly involvedObject: InvolvedObject;
  /** `info`, `error`; senders may also write `trace`, nothing or another word. */
  readonly severity: string;
  /** RFC 3339 in UTC with whole seconds, as it is sent on; null: the event has none. */
  readonly timestamp: string | null;
  readonly message: string;
  /** One word in CamelCase. */
  readonly reason: string;
  /** In the order of the keys' bytes; empty: it has none. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly reportingController: string;
  readonly reportingInstance: string;
}

/** The group of the involved object's API version; empty where it has none, or is none. */
export function groupOf({ apiVersion }: InvolvedObject): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 || slash !== apiVersion.lastIndexOf('/') ? '' : apiVersion.slice(0, slash);
}
