/** An address of this machine that an EndpointSlice may have: none of loopback, and none that is link-local. */
import { networkInterfaces } from 'node:os';

export interface OwnAddress {
  readonly host: string;
  /** Of an EndpointSlice. */
  readonly addressType: 'IPv4' | 'IPv6';
}

/** Undefined on a machine that has only loopback. */
export function ownAddress(): OwnAddress | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const found = all.filter(({ internal, address }) => !internal && !/^(169\.254\.|fe[89ab])/i.test(address));
  const [first] = found.sort((a, b) => a.family.localeCompare(b.family));
  return first && { host: first.address, addressType: first.family };
}
