/** Makes connections with the TLS settings of a Provider and through its proxy, and none to a link-local address. */
import { Agent, buildConnector, type Dispatcher, EnvHttpProxyAgent, ProxyAgent, Socks5ProxyAgent } from 'undici';
import { guardedLookup } from '../../verify/guarded-lookup.ts';

export interface HttpCallerOptions {
  readonly tls: TlsSettings | undefined;
  readonly proxy: ProxySettings | undefined;
  /** With `--alert-allow-link-local`. */
  readonly allowLinkLocal: boolean;
}

export interface TlsSettings {
  /** PEM; the only roots that are trusted. Undefined: the machine's. */
  readonly ca: string | undefined;
  /** PEM, both or none. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

export interface ProxySettings {
  /** Scheme `http`, `https` or `socks5`. */
  readonly url: URL;
  readonly username: string;
  readonly password: string;
}

export function createDispatcher({ tls, proxy, allowLinkLocal }: HttpCallerOptions): Dispatcher {
  const ofTls = tls === undefined ? {} : { ca: tls.ca, cert: tls.cert, key: tls.key };
  const resolving = allowLinkLocal ? {} : { lookup: guardedLookup() };
  const connect = { ...ofTls, ...resolving };
  if (proxy === undefined) {
    if (!hasEnvProxy()) return new Agent({ connect });
    return new EnvHttpProxyAgent({ connect, requestTls: connect, proxyTls: connect });
  }
  const { username, password, url } = proxy;
  const uri = new URL(url);
  if (username !== '') uri.username = encodeURIComponent(username);
  if (password !== '') uri.password = encodeURIComponent(password);
  // Its ProxyAgent would speak TLS to such a proxy too.
  if (uri.protocol === 'socks5:') {
    return new Socks5ProxyAgent(uri, { connect: buildConnector(resolving), requestTls: connect });
  }
  return new ProxyAgent({ uri: uri.href, requestTls: connect, proxyTls: connect });
}

function hasEnvProxy(): boolean {
  const { env } = process;
  return [env.http_proxy, env.HTTP_PROXY, env.https_proxy, env.HTTPS_PROXY].some((value) => value !== undefined);
}
