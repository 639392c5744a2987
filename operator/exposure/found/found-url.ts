/** A URL that leads to the operator, without the path of a Receiver. */
import type { UrlType } from '../../api/exposure.ts';
import { RECEIVER_ANNOTATION } from '../../api/exposure.ts';
import type { ObjectMeta } from '../../api/meta.ts';

export type Scheme = 'http' | 'https';

export interface FoundUrl {
  readonly type: UrlType;
  /** `https://host` or `https://host:port`, without a slash at its end. */
  readonly origin: string;
  /** `namespace/name` of the Receiver whose object it is of. */
  readonly owner?: string;
}

const defaultPorts: Readonly<Record<Scheme, number>> = { http: 80, https: 443 };

/** `host` is a name or an address; an IPv6 address gets its brackets, a scheme's own port is left out. */
export function originOf(scheme: Scheme, host: string, port: number = defaultPorts[scheme]): string {
  const shown = host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${shown}${port === defaultPorts[scheme] ? '' : `:${port}`}`;
}

/** The Receiver for which an object was made; undefined: somebody else made it. */
export function ownerOf({ annotations }: ObjectMeta): string | undefined {
  return annotations?.[RECEIVER_ANNOTATION];
}

export function foundUrl(type: UrlType, origin: string, owner: string | undefined): FoundUrl {
  return owner === undefined ? { type, origin } : { type, origin, owner };
}
