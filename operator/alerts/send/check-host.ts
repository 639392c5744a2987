/** Keeps clients that make connections of their own from link-local addresses. */
import { guardedLookup, RefusedAddressError } from '../../verify/guarded-lookup.ts';
import { DeliveryError } from '../delivery-error.ts';

/** @throws DeliveryError final where every address of the host is link-local; a host that is not found is the client's to report. */
export function checkHost(host: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  guardedLookup()(host, { all: true }, (error) => {
    if (!(error instanceof RefusedAddressError)) return resolve();
    const message = 'the address is link-local, which --alert-allow-link-local would allow';
    reject(new DeliveryError('final', message, { cause: error }));
  });
  return promise;
}
