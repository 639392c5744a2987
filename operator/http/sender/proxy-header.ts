/** The header that a proxy sends before the bytes of its client: the PROXY protocol, versions 1 (text) and 2 (binary). */
import { isIP } from 'node:net';

export type ProxyHeader =
  /** Not whole yet. */
  | { readonly kind: 'more' }
  | { readonly kind: 'invalid' }
  /** `length` bytes of header. No address: the proxy speaks for itself, or does not know. */
  | { readonly kind: 'header'; readonly length: number; readonly address: string | undefined };

const MORE: ProxyHeader = { kind: 'more' };
const INVALID: ProxyHeader = { kind: 'invalid' };

const V1_START = Buffer.from('PROXY ');
const V1_MAX_BYTES = 107;
const V1_LINE = /^PROXY (?:UNKNOWN(?: .*)?|(TCP4|TCP6) (\S+) (\S+) (\d{1,5}) (\d{1,5}))$/;

const V2_START = Buffer.from('\r\n\r\n\0\r\nQUIT\n');
const V2_FIXED_BYTES = 16;
/** Addresses and what else the proxy likes to tell; more than any sends. */
const V2_MAX_BYTES = 4096;

const UNSPECIFIED = 0;
const IPV4 = 1;
const IPV6 = 2;
const addressBytes: Readonly<Record<number, number>> = { [IPV4]: 12, [IPV6]: 36 };

/** `bytes` is all that has come so far. */
export function parseProxyHeader(bytes: Buffer): ProxyHeader {
  if (startsLike(bytes, V1_START)) return bytes.length < V1_START.length ? MORE : parseV1(bytes);
  if (startsLike(bytes, V2_START)) return bytes.length < V2_FIXED_BYTES ? MORE : parseV2(bytes);
  return INVALID;
}

function startsLike(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.subarray(0, length).equals(start.subarray(0, length));
}

function parseV1(bytes: Buffer): ProxyHeader {
  const text = bytes.subarray(0, V1_MAX_BYTES).toString('latin1');
  const end = text.indexOf('\r\n');
  if (end === -1) return text.length < V1_MAX_BYTES ? MORE : INVALID;
  const match = V1_LINE.exec(text.slice(0, end));
  if (match === null) return INVALID;
  const [, family, address] = match;
  if (address !== undefined && isIP(address) !== (family === 'TCP4' ? 4 : 6)) return INVALID;
  return { kind: 'header', length: end + 2, address };
}

function parseV2(bytes: Buffer): ProxyHeader {
  const [versionAndCommand = 0, familyAndTransport = 0] = bytes.subarray(V2_START.length);
  const length = V2_FIXED_BYTES + bytes.readUInt16BE(V2_START.length + 2);
  const command = versionAndCommand & 0x0f;
  if (versionAndCommand >> 4 !== 2 || command > 1 || length > V2_MAX_BYTES) return INVALID;
  if (bytes.length < length) return MORE;
  const saysForWhom = command === 1;
  const family = saysForWhom ? familyAndTransport >> 4 : UNSPECIFIED;
  const addresses = bytes.subarray(V2_FIXED_BYTES, length);
  if (addresses.length < (addressBytes[family] ?? 0)) return INVALID;
  return { kind: 'header', length, address: sourceOf(addresses, family) };
}

/** The source stands first, then the destination and the two ports. */
function sourceOf(addresses: Buffer, family: number): string | undefined {
  if (family === IPV4) return addresses.subarray(0, 4).join('.');
  if (family !== IPV6) return undefined;
  const groups = Array.from({ length: 8 }, (_, index) => addresses.readUInt16BE(index * 2).toString(16));
  return groups.join(':');
}
