/** Addresses to listen on, as Go writes them: `:9292`, `host:port`, `127.0.0.1:80`, `[::1]:80`. */

export interface HostPort {
  /** Absent: all addresses of the machine. */
  readonly host?: string;
  readonly port: number;
}

const ADDRESS = /^(?:\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|([^:[\]/\s]*)):(\d{1,5})$/;
const MAX_PORT = 65_535;

/** Undefined when it is not an address. Port 0 means any free one. */
export function parseAddress(text: string): HostPort | undefined {
  const match = ADDRESS.exec(text);
  if (match === null) return undefined;
  const [, bracketed, plain, digits] = match;
  const port = Number(digits);
  if (port > MAX_PORT) return undefined;
  const host = bracketed ?? plain;
  return host === undefined || host === '' ? { port } : { host, port };
}

/** Whether two servers cannot listen on both. A host name is taken for another address than any other one. */
export function sameAddress(one: HostPort, other: HostPort): boolean {
  if (one.port === 0 || one.port !== other.port) return false;
  return isAny(one) || isAny(other) || one.host === other.host;
}

function isAny({ host }: HostPort): boolean {
  return host === undefined || host === '0.0.0.0' || host === '::';
}
