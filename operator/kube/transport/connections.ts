/**
 * The connections to the API server: one pool for requests, and one for watches, which each hold a connection for
 * minutes and must never take those of the requests.
 */
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import { ConnectionError } from '../api-error.ts';
import type { TlsOptions } from './credentials.ts';

export interface Pools {
  readonly requests: Dispatcher;
  readonly watches: Dispatcher;
}

export interface Connections {
  /** The pools for these TLS options. Other ones than before (a new client certificate) begin new connections. */
  with(tls: TlsOptions): Pools;
  /** Breaks all off; `with` throws ConnectionError from then on. */
  close(): Promise<void>;
}

export interface ConnectionsOptions {
  readonly server: URL;
  readonly proxyUrl: string | undefined;
  /** How many requests may be under way at once; watches not counted. */
  readonly width: number;
}

type SharedContext = Pick<ConnectionOptions, 'secureContext'>;

const CONNECT_TIMEOUT_MS = 5_000;
/** Shorter than the 90 s after which an API server closes an idle connection. */
const KEEP_ALIVE_MS = 60_000;

export function createConnections({ server, proxyUrl, width }: ConnectionsOptions): Connections {
  const alive = new Set<Dispatcher>();
  let current: { readonly tls: TlsOptions; readonly pools: Pools } | undefined;
  let closed = false;

  function pool(tls: TlsOptions, context: SharedContext, extra: Pool.Options): Dispatcher {
    const options = { keepAliveTimeout: KEEP_ALIVE_MS, allowH2: false, pipelining: 1, ...extra };
    const connect = { ...tls, ...context, timeout: CONNECT_TIMEOUT_MS, keepAlive: true };
    const made =
      proxyUrl === undefined
        ? new Pool(server.origin, { ...options, connect })
        : new ProxyAgent({ ...options, uri: proxyUrl, requestTls: connect });
    alive.add(made);
    return made;
  }

  /** What is under way comes to its end on the old connections. */
  function retire(pools: Pools): void {
    for (const old of [pools.requests, pools.watches]) {
      void old.close().then(
        () => alive.delete(old),
        () => alive.delete(old),
      );
    }
  }

  return {
    with(tls) {
      if (closed) throw new ConnectionError('the client is closed');
      if (current !== undefined && sameTls(current.tls, tls)) return current.pools;
      if (current !== undefined) retire(current.pools);
      const context = server.protocol === 'https:' ? sharedContext(tls) : {};
      current = {
        tls,
        pools: { requests: pool(tls, context, { connections: width }), watches: pool(tls, context, {}) },
      };
      return current.pools;
    },
    async close() {
      closed = true;
      await Promise.all([...alive].map((each) => each.destroy(new ConnectionError('the client is closed'))));
      alive.clear();
    },
  };
}

/** What certificates and keys are read into once; each connection would do it again, and keep 30 KiB for it. */
function sharedContext({ ca, cert, key }: TlsOptions): SharedContext {
  try {
    return { secureContext: createSecureContext({ ca, cert, key }) };
  } catch {
    // Each connection then says why.
    return {};
  }
}

function sameTls(a: TlsOptions, b: TlsOptions): boolean {
  if (a === b) return true;
  const names = ['ca', 'cert', 'key', 'servername', 'rejectUnauthorized'] as const;
  return names.every((name) => String(a[name]) === String(b[name]));
}
