import { DeliveryError } from '../delivery-error.ts';

/**
 * The user or the password of an address.
 * @throws DeliveryError final: an escape is broken, which Go's parser refuses too (RFC 3986, section 2.1).
 */
export function decodeUserinfo(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new DeliveryError('final', "the address has a '%' before its '@' that escapes nothing: write it as %25");
  }
}
