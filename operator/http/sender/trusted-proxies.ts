/** Parses the proxies whose word for their client's address is taken, as CIDRs and single addresses. */
import { BlockList, isIP } from 'node:net';

export interface TrustedProxies {
  readonly isEmpty: boolean;
  has(address: string): boolean;
}

const PREFIX = /^\d{1,3}$/;

/** Undefined when one of them is none. */
export function parseTrustedProxies(cidrs: readonly string[]): TrustedProxies | undefined {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', prefix, ...rest] = cidr.split('/');
    const version = isIP(network);
    const bits = version === 4 ? 32 : 128;
    if (version === 0 || rest.length > 0) return undefined;
    if (prefix !== undefined && (!PREFIX.test(prefix) || Number(prefix) > bits)) return undefined;
    list.addSubnet(network, prefix === undefined ? bits : Number(prefix), familyOf(network));
  }
  return {
    isEmpty: cidrs.length === 0,
    has: (address) => isIP(address) !== 0 && list.check(address, familyOf(address)),
  };
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
