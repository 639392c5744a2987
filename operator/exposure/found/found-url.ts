/** A URL that leads to the operator, without the path of a Receiver. */
import { RECEIVER_ANNOTATION, type UrlType } from '../../api/exposure.ts';
import type { ExposureReason } from '../../api/exposure-reasons.ts';
import type { ObjectMeta } from '../../api/meta.ts';

export type Scheme = 'http' | 'https';

/** Why a request is unfulfilled, or a URL does not work: reason and message of the condition `Exposed`. */
export interface Unfulfilled {
  readonly reason: ExposureReason;
  /** For people, with what to change. */
  readonly message: string;
}

export interface FoundUrl {
  readonly type: UrlType;
  /** `https://host` or `https://host:port`, without a slash at its end; absent: no URL, for the reason in `fault`. */
  readonly origin?: string;
  /** `namespace/name` of the Receiver that the object was made for. */
  readonly owner?: string;
  /** Why it does not work. With an origin, it works once that is settled; absent: it works, as far as the objects tell. */
  readonly fault?: Unfulfilled;
}

const defaultPorts: Readonly<Record<Scheme, number>> = { http: 80, https: 443 };

/** The port of a URL that names none. */
export function defaultPort(scheme: Scheme): number {
  return defaultPorts[scheme];
}

/** `host` is a name or an address; an IPv6 address gets its brackets, a scheme's own port is left out. */
export function originOf(scheme: Scheme, host: string, port: number = defaultPorts[scheme]): string {
  const shown = host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${shown}${port === defaultPorts[scheme] ? '' : `:${port}`}`;
}

/** The Receiver for which an object was made; undefined: somebody else made it. */
export function ownerOf({ annotations }: ObjectMeta): string | undefined {
  return annotations?.[RECEIVER_ANNOTATION];
}

/** A URL of an object, with the object's owner. @param fault undefined: it works. */
export function foundUrl(
  type: UrlType,
  { metadata }: { readonly metadata: ObjectMeta },
  origin: string | undefined,
  fault?: Unfulfilled,
): FoundUrl {
  const owner = ownerOf(metadata);
  return {
    type,
    ...(origin === undefined ? {} : { origin }),
    ...(owner === undefined ? {} : { owner }),
    ...(fault === undefined ? {} : { fault }),
  };
}

/** `<kind> <namespace>/<name>`, as messages name an object. */
export function nameOf(kind: string, { metadata }: { readonly metadata: ObjectMeta }): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}
