/** Reads a Provider's proxy: of `proxySecretRef`, else of its Secret, else of its spec. */
import type { ProviderSpec } from '../../api/provider/provider.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { ProxySettings } from './http-caller.ts';

type Data = Readonly<Record<string, Buffer>>;

const MAX_ADDRESS_BYTES = 2_048;
const SCHEMES = new Set(['http:', 'https:', 'socks5:']);

/** @returns undefined: the environment's proxy, if any. @throws DeliveryError final for an address that is none. */
export function proxyOf(spec: ProviderSpec, secret: Data, proxySecret: Data | undefined): ProxySettings | undefined {
  if (proxySecret !== undefined) {
    const address = proxySecret.address?.toString('utf8').trim() ?? '';
    if (address === '') throw new DeliveryError('final', "the Secret of proxySecretRef lacks the key 'address'");
    const text = (key: string) => proxySecret[key]?.toString('utf8') ?? '';
    return { url: parse(address), username: text('username'), password: text('password') };
  }
  const address = secret.proxy?.toString('utf8').trim() ?? spec.proxy ?? '';
  return address === '' ? undefined : { url: parse(address), username: '', password: '' };
}

function parse(address: string): URL {
  if (Buffer.byteLength(address) > MAX_ADDRESS_BYTES) {
    throw new DeliveryError('final', `the proxy's address is longer than ${MAX_ADDRESS_BYTES} bytes`);
  }
  const url = URL.parse(address);
  if (url !== null && SCHEMES.has(url.protocol)) return url;
  throw new DeliveryError('final', "the proxy's address must begin with http://, https:// or socks5://");
}
