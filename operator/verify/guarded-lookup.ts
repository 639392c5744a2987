/**
 * Resolves names for connections to addresses that somebody else chose, and never to a link-local one. An address is
 * checked when it is connected to, so a name that resolves differently the second time gains nothing.
 */
import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import { isIP } from 'node:net';
import { isRefusedAddress } from './is-refused-address.ts';

/** A name service, as `node:dns` is one. */
export type Lookup = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

type AnyCallback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/** What `net.connect` takes as its option `lookup`. */
export type ConnectLookup = (hostname: string, options: LookupOptions, callback: AnyCallback) => void;

/** A name or an address that leads to a link-local address only. */
export class RefusedAddressError extends Error {
  constructor(host: string) {
    super(`${host} is a link-local address`);
    this.name = 'RefusedAddressError';
  }
}

/** @param lookup the machine's when absent. */
export function guardedLookup(lookup: Lookup = systemLookup): ConnectLookup {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const allowed = error === null ? addresses.filter(({ address }) => !isRefusedAddress(address)) : [];
      const first = allowed[0];
      if (first === undefined) callback(error ?? new RefusedAddressError(hostname), []);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** An address that is written out is never looked up, so it is checked here. @throws RefusedAddressError */
export function checkWrittenAddress({ hostname }: URL): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isRefusedAddress(host)) throw new RefusedAddressError(host);
}
