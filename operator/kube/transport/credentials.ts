/**
 * The credentials for the API server, kept fresh: tokens from files and plugins rotate, and so may client certificates.
 */
import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { type Clock, systemClock } from '../../observe/clock.ts';
import type { Logger } from '../../observe/log.ts';
import { ConnectionError } from '../api-error.ts';
import { createDeadline, within } from './deadline.ts';
import { KubeConfig } from './kube-config.ts';

/** What a connection and each request on it carry. */
export interface Credentials {
  /** `authorization`, and `impersonate-user` where the kubeconfig acts as somebody else. */
  readonly headers: Readonly<Record<string, string>>;
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
  /** Those of the last minute, at once, or a new reading. @throws ConnectionError from the promise when there are none. */
  current(): Credentials | Promise<Credentials>;
  /**
   * Those to try after the API server refused some: newer ones that are known, or else files and plugins are asked anew.
   * The refused ones themselves when nothing else is to be had.
   */
  refresh(refused: Credentials): Promise<Credentials>;
}

type User = KubeConfig['users'][number];

/** As client-go: a token file is read again after a minute. */
const FRESH_MS = 60_000;
/** How soon a failed reading is tried again while there are older credentials to go on with. */
const RETRY_MS = 10_000;
/** A plugin is not asked anew for each request that is refused. */
const REFRESH_APART_MS = 1_000;
const PLUGIN_TIMEOUT_MS = 30_000;

/** @param log says when a reading fails and older credentials stay in use. */
export function createCredentialSource(config: KubeConfig, log?: Logger, clock: Clock = systemClock): CredentialSource {
  let reader = copyOf(config);
  let known: Credentials | undefined;
  let freshUntilMs = 0;
  let refreshedAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<Credentials> | undefined;
  let refreshing: Promise<Credentials> | undefined;

  async function readNow(): Promise<Credentials> {
    const deadline = createDeadline(PLUGIN_TIMEOUT_MS, undefined, clock);
    try {
      const read = await within(deadline, readFrom(reader));
      // The same ones stay the same object: that is how a refresh tells whether there is anything new to try.
      if (known === undefined || !isEqual(known, read)) known = read;
      freshUntilMs = clock.elapsedMs() + FRESH_MS;
      return known;
    } catch (error) {
      if (known === undefined) {
        throw new ConnectionError(`no credentials for the API server: ${messageOf(error)}`, { cause: error });
      }
      log?.warn({ error: messageOf(error) }, 'reading the credentials failed, the last ones are used');
      freshUntilMs = clock.elapsedMs() + RETRY_MS;
      return known;
    } finally {
      deadline.clear();
    }
  }

  function read(): Promise<Credentials> {
    reading ??= readNow().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function readAnew(refused: Credentials): Promise<Credentials> {
    // A reading that began before the refusal may have seen what was refused.
    await reading?.catch(() => undefined);
    if (known !== undefined && known !== refused) return known;
    if (clock.elapsedMs() - refreshedAtMs < REFRESH_APART_MS) return refused;
    refreshedAtMs = clock.elapsedMs();
    // What a plugin gave is cached inside until it says that it expires; a copy starts without that cache.
    reader = copyOf(config);
    return read();
  }

  return {
    current: () => (known !== undefined && clock.elapsedMs() < freshUntilMs ? known : read()),
    async refresh(refused) {
      if (known !== undefined && known !== refused) return known;
      refreshing ??= readAnew(refused).finally(() => {
        refreshing = undefined;
      });
      return refreshing;
    },
  };
}

function copyOf(config: KubeConfig): KubeConfig {
  const copy = new KubeConfig();
  copy.loadFromOptions({
    // Without TLS there is nothing to skip, but client-node refuses plain HTTP without the option.
    clusters: config.clusters.map((cluster) =>
      cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
    ),
    contexts: config.contexts,
    users: config.users.map(withExecInfo),
    currentContext: config.currentContext,
  });
  return copy;
}

/** Plugins want to know which version of their protocol is spoken, and client-node does not tell them. */
function withExecInfo(user: User): User {
  if (user.exec === undefined || user.exec === null) return user;
  const { apiVersion, env } = user.exec;
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  return { ...user, exec: { ...user.exec, env: [...(env ?? []), execInfo(info)] } };
}

function execInfo(info: object): { name: string; value: string } {
  return { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) };
}

async function readFrom(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, rejectUnauthorized, servername } = options;
  const tls = { ca, cert, key, rejectUnauthorized, servername };
  return {
    headers: { ...headersOf(options), ...(await headersFromTokenFile(config)) },
    tls: Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined)),
  };
}

/** Read here and not by client-node, which keeps what it read for a minute of its own. */
async function headersFromTokenFile(config: KubeConfig): Promise<Record<string, string>> {
  const file: unknown = config.getCurrentUser()?.authProvider?.config?.tokenFile;
  if (typeof file !== 'string') return {};
  const token = (await readFile(file, 'utf8')).trim();
  if (token === '') throw new Error(`the token file ${file} is empty`);
  return { authorization: `Bearer ${token}` };
}

function headersOf({ headers, auth }: RequestOptions): Record<string, string> {
  const read: Record<string, string> = {};
  if (typeof auth === 'string') read.authorization = `Basic ${Buffer.from(auth).toString('base64')}`;
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (typeof value === 'string') read[name.toLowerCase()] = value.trim();
  }
  return read;
}

function isEqual(a: Credentials, b: Credentials): boolean {
  return textOf(a) === textOf(b);
}

function textOf({ headers, tls }: Credentials): string {
  return JSON.stringify([
    Object.entries(headers).sort(),
    Object.entries(tls).map(([name, value]) => [name, `${value}`]),
  ]);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error);
}
