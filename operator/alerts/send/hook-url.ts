/** Reads a Provider's address. */
import { DeliveryError } from '../delivery-error.ts';

/**
 * @param service names it in the error: `Slack` gives `invalid Slack hook URL`.
 * @throws DeliveryError final for what is no absolute http or https URL; without the address, which may be a secret.
 */
export function hookUrl(service: string, address: string): URL {
  const name = service === '' ? 'hook' : `${service} hook`;
  if (address === '') throw new DeliveryError('final', `invalid ${name} URL: the address is empty`);
  const url = URL.parse(address);
  if (url === null) throw new DeliveryError('final', `invalid ${name} URL: the address is not an absolute URL`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new DeliveryError('final', `invalid ${name} URL: the address must begin with http:// or https://`);
  }
  return url;
}
