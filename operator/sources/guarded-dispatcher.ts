/**
 * Connections of clients that speak HTTP through undici: to no link-local address, through the proxy that the environment
 * names, with the certificates of `certSecretRef`.
 */
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { guardedLookup } from '../verify/guarded-lookup.ts';
import type { SecretData } from './source.ts';

/**
 * An address that is written out is never looked up, so callers check it before.
 * @param certificates instead of the machine's own authorities, where there is `ca.crt`.
 */
export function createGuardedDispatcher(certificates?: SecretData): Dispatcher {
  const { 'ca.crt': ca, 'tls.crt': cert, 'tls.key': key } = certificates ?? {};
  const connect = { lookup: guardedLookup(), ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  if (!hasProxy(process.env)) return new Agent({ connect });
  return new EnvHttpProxyAgent({ connect, requestTls: connect, proxyTls: connect });
}

function hasProxy({ http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY }: NodeJS.ProcessEnv): boolean {
  return [http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY].some((value) => value !== undefined);
}
