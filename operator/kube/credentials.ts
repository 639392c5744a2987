/**
 * The credentials for the API server, kept fresh: tokens from files and plugins rotate, and so may client certificates.
 */
import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { KubeConfig } from './kube-config.ts';

/** What a connection and each request on it carry. */
export interface Credentials {
  /** The value of `Authorization`, if any. */
  readonly authorization: string | undefined;
  readonly tls: TlsOptions;
}

export interface TlsOptions {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly rejectUnauthorized?: boolean;
  readonly servername?: string;
}

export interface CredentialSource {
  /** Those of the last reading, if it was less than a minute ago. */
  readonly fresh: Credentials | undefined;
  /** Reads them anew; `forced` also where a plugin says that what it gave is still good. Shared while under way. */
  read(forced: boolean): Promise<Credentials>;
}

/** As client-go: a token file is read again after a minute. */
const FRESH_MS = 60_000;

/** @throws Error from `read`, with one line, when a file or plugin does not give them. */
export function createCredentialSource(config: KubeConfig): CredentialSource {
  let credentials: Credentials | undefined;
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<Credentials> | undefined;
  let reader = copyOf(config);

  async function readNow(forced: boolean): Promise<Credentials> {
    // A plugin's answer is cached inside until it says that it expires; a copy starts without that cache.
    if (forced) reader = copyOf(config);
    credentials = await readFrom(reader);
    readAtMs = performance.now();
    return credentials;
  }

  return {
    get fresh() {
      return performance.now() - readAtMs < FRESH_MS ? credentials : undefined;
    },
    read(forced) {
      reading ??= readNow(forced).finally(() => {
        reading = undefined;
      });
      return reading;
    },
  };
}

function copyOf(config: KubeConfig): KubeConfig {
  const copy = new KubeConfig();
  copy.loadFromOptions({
    // Without TLS there is nothing to skip, but client-node refuses plain HTTP unless it is told to.
    clusters: config.clusters.map((cluster) =>
      cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
    ),
    contexts: config.contexts,
    users: config.users,
    currentContext: config.currentContext,
  });
  return copy;
}

async function readFrom(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, rejectUnauthorized, servername } = options;
  const tls = { ca, cert, key, rejectUnauthorized, servername };
  return {
    authorization: (await fromTokenFile(config)) ?? authorizationOf(options),
    tls: Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined)),
  };
}

async function fromTokenFile(config: KubeConfig): Promise<string | undefined> {
  const file: unknown = config.getCurrentUser()?.authProvider?.config?.tokenFile;
  if (typeof file !== 'string') return undefined;
  return `Bearer ${(await readFile(file, 'utf8')).trim()}`;
}

function authorizationOf({ headers, auth }: RequestOptions): string | undefined {
  const header = Object.entries(headers ?? {}).find(([name]) => name === 'Authorization')?.[1];
  if (typeof header === 'string') return header.trim();
  return typeof auth === 'string' ? `Basic ${Buffer.from(auth).toString('base64')}` : undefined;
}
