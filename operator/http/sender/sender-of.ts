/** Who sent a request, as far as anybody can be held to it: an address that the sender cannot choose at will. */
import { isIP } from 'node:net';
import type { TrustedProxies } from './trusted-proxies.ts';

/** More proxies than anybody has in a row. */
const MAX_HOPS = 16;
const MAPPED_IPV4 = /^::ffff:(?=\d+\.)/i;
const WITH_PORT = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d+)?$/;

/** As a socket of both IP versions shows it, but IPv4 as IPv4. */
export function plainAddress(address: string): string {
  return address.replace(MAPPED_IPV4, '');
}

/**
 * The connection's other end; when that is a trusted proxy, the client that it names in `X-Forwarded-For`: the last one
 * that is no trusted proxy. Undefined when it is none but proxies.
 */
export function senderOf(peer: string, forwardedFor: string | undefined, trusted: TrustedProxies): string | undefined {
  if (!trusted.has(peer)) return peer;
  let rest = forwardedFor ?? '';
  for (let hop = 0; hop < MAX_HOPS && rest !== ''; hop++) {
    const comma = rest.lastIndexOf(',');
    const address = addressIn(rest.slice(comma + 1).trim());
    // What a trusted proxy passed on without understanding it, anybody may have written.
    if (address === undefined) return undefined;
    if (!trusted.has(address)) return address;
    rest = comma === -1 ? '' : rest.slice(0, comma);
  }
  return undefined;
}

function addressIn(text: string): string | undefined {
  const [, bracketed, plain] = WITH_PORT.exec(text) ?? [];
  const address = plainAddress(bracketed ?? plain ?? text);
  return isIP(address) === 0 ? undefined : address;
}

/** What is counted as one sender: an IPv4 address, or the 64 bits of an IPv6 address that a network gives to one. */
export function senderKey(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(8 - before.length - after.length, 0);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
