/**
 * The client of the API server: JSON over keep-alive connections of an undici Pool, with watches on connections of
 * their own.
 */
import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import type { Logger } from '../observe/log.ts';
import { ApiError, ConnectionError, type Status } from './api-error.ts';
import { type Credentials, createCredentialSource, type TlsOptions } from './credentials.ts';
import type { KubeClient, KubeRequest } from './kube-client.ts';
import type { KubeConfig } from './kube-config.ts';
import { lines } from './lines.ts';
import { createThrottle } from './throttle.ts';

/** Counts answers; `code` is the HTTP status, or `<error>` where there was no answer. */
export interface ClientMetrics {
  observe(method: string, code: string, host: string): void;
}

export interface KubeClientOptions {
  readonly log: Logger;
  /** Requests a second, and at once, where the API server does not throttle by itself. */
  readonly qps: number;
  readonly burst: number;
  readonly userAgent?: string;
  readonly metrics?: ClientMetrics;
  /** How many requests may be under way at once; watches not counted. */
  readonly connections?: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_MS = 60_000;
const DEFAULT_CONNECTIONS = 64;
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const MAX_TRIES = 10;
const FAIRNESS_HEADER = 'x-kubernetes-pf-flowschema-uid';

interface Connections {
  readonly tls: TlsOptions;
  readonly requests: Dispatcher;
  readonly watches: Dispatcher;
}

interface Answer {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly text: string;
}

/** @throws Error with one line when the KubeConfig names no cluster. */
export function createKubeClient(config: KubeConfig, options: KubeClientOptions): KubeClient {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error('the kubeconfig has no current cluster');
  const server = new URL(cluster.server);
  const basePath = server.pathname.replace(/\/$/, '');
  const { log, metrics, userAgent = 'sluice', connections: width = DEFAULT_CONNECTIONS } = options;
  const source = createCredentialSource(config);
  const throttle = createThrottle(options);
  let connections: Connections | undefined;

  function dispatcher(tls: TlsOptions, extra: Pool.Options): Dispatcher {
    const common = { keepAliveTimeout: KEEP_ALIVE_MS, allowH2: false, ...extra };
    const connect = { ...tls, timeout: CONNECT_TIMEOUT_MS, keepAlive: true };
    if (cluster?.proxyUrl) return new ProxyAgent({ ...common, uri: cluster.proxyUrl, requestTls: connect });
    return new Pool(server.origin, { ...common, connect });
  }

  function connectionsWith(tls: TlsOptions): Connections {
    if (connections !== undefined && sameTls(connections.tls, tls)) return connections;
    const old = connections;
    connections = {
      tls,
      requests: dispatcher(tls, { connections: width, pipelining: 1 }),
      watches: dispatcher(tls, { pipelining: 1 }),
    };
    // A new client certificate: what is under way ends on the old connections.
    old?.requests.close().catch(() => undefined);
    old?.watches.close().catch(() => undefined);
    return connections;
  }

  async function credentialsNow(forced: boolean): Promise<Credentials> {
    if (!forced && source.fresh !== undefined) return source.fresh;
    try {
      return await source.read(forced);
    } catch (error) {
      throw new ConnectionError(`no credentials for the API server: ${messageOf(error)}`, { cause: error });
    }
  }

  function target(request: KubeRequest): string {
    return `${basePath}${request.path}${queryOf(request.query)}`;
  }

  function headersOf(request: KubeRequest, credentials: Credentials): Record<string, string> {
    const headers: Record<string, string> = { accept: request.accept ?? 'application/json', 'user-agent': userAgent };
    if (credentials.authorization !== undefined) headers.authorization = credentials.authorization;
    if (request.body !== undefined) headers['content-type'] = request.contentType ?? 'application/json';
    return headers;
  }

  async function send(request: KubeRequest, signal: AbortSignal, forced: boolean): Promise<Answer> {
    const credentials = await credentialsNow(forced);
    const { statusCode, headers, body } = await connectionsWith(credentials.tls).requests.request({
      method: request.method,
      path: target(request),
      headers: headersOf(request, credentials),
      body: request.body === undefined ? null : JSON.stringify(request.body),
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const text = await body.text();
    throttle.learn(headers[FAIRNESS_HEADER] !== undefined);
    metrics?.observe(request.method, String(statusCode), server.host);
    return { status: statusCode, headers, text };
  }

  /** Tries again what a closed connection swallowed, what expired credentials refused, and what was asked to wait. */
  async function sendUntilAnswered(request: KubeRequest, signal: AbortSignal, endMs: number): Promise<Answer> {
    let forced = false;
    let resent = false;
    for (let tries = 1; ; tries += 1) {
      await throttle.take();
      let answer: Answer;
      try {
        answer = await send(request, signal, forced);
      } catch (error) {
        if (resent || signal.aborted || !wasConnectionClosed(error) || request.method === 'POST') throw error;
        resent = true;
        continue;
      }
      if (answer.status === 401 && !forced) {
        forced = true;
        continue;
      }
      const waitMs = retryAfterMs(answer);
      const asked = waitMs !== undefined && (answer.status === 429 || answer.status >= 500);
      if (!asked || tries >= MAX_TRIES || performance.now() + waitMs >= endMs) return answer;
      await wait(waitMs, signal);
    }
  }

  async function exchange<T>(request: KubeRequest): Promise<T> {
    const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    const timer = setTimeout(abort, timeoutMs);
    request.signal?.addEventListener('abort', abort);
    if (request.signal?.aborted === true) abort();
    try {
      const answer = await sendUntilAnswered(request, controller.signal, performance.now() + timeoutMs);
      return parse<T>(answer);
    } catch (error) {
      if (error instanceof ApiError) throw error;
      metrics?.observe(request.method, '<error>', server.host);
      throw asConnectionError(error, controller.signal, timeoutMs);
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', abort);
    }
  }

  async function openStream(
    request: KubeRequest & { readonly idleTimeoutMs?: number },
  ): Promise<AsyncIterable<Uint8Array>> {
    for (const forced of [false, true]) {
      const credentials = await credentialsNow(forced);
      const { statusCode, headers, body } = await connectionsWith(credentials.tls).watches.request({
        method: request.method,
        path: target(request),
        headers: headersOf(request, credentials),
        signal: request.signal ?? null,
        headersTimeout: request.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        bodyTimeout: request.idleTimeoutMs ?? 0,
      });
      metrics?.observe(request.method, String(statusCode), server.host);
      if (statusCode === 200) return body;
      const answer = { status: statusCode, headers, text: await body.text() };
      if (statusCode !== 401 || forced) throw apiErrorOf(answer);
    }
    throw new ConnectionError('unreachable');
  }

  async function* stream(request: KubeRequest & { readonly idleTimeoutMs?: number }): AsyncGenerator<string> {
    try {
      yield* lines(await openStream(request), MAX_LINE_BYTES);
    } catch (error) {
      if (error instanceof ApiError) throw error;
      throw asConnectionError(error, request.signal, request.idleTimeoutMs ?? 0);
    }
  }

  log.debug({ host: server.host }, 'API server');
  return {
    request: exchange,
    stream,
    async close() {
      await Promise.all([connections?.requests.destroy(), connections?.watches.destroy()]);
      connections = undefined;
    },
  };
}

function sameTls(a: TlsOptions, b: TlsOptions): boolean {
  return a === b || (['ca', 'cert', 'key'] as const).every((name) => String(a[name]) === String(b[name]));
}

function queryOf(query: KubeRequest['query']): string {
  if (query === undefined) return '';
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parts.push(`${name}=${encodeURIComponent(value)}`);
  }
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

function parse<T>(answer: Answer): T {
  if (answer.status >= 400) throw apiErrorOf(answer);
  return JSON.parse(answer.text) as T;
}

function apiErrorOf(answer: Answer): ApiError {
  let status: Status | undefined;
  try {
    status = JSON.parse(answer.text) as Status;
  } catch {
    // A proxy in between answers in its own way.
  }
  return new ApiError(answer.status, status?.status === 'Failure' ? status : undefined, retryAfterMs(answer));
}

/** RFC 9110 section 10.2.3; an API server gives seconds. */
function retryAfterMs({ headers }: Pick<Answer, 'headers'>): number | undefined {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/** The connection was closed before an answer came: an idle one that the server had given up, or a server that ended. */
function wasConnectionClosed(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

function asConnectionError(error: unknown, signal: AbortSignal | undefined, timeoutMs: number): ConnectionError {
  if (error instanceof ConnectionError) return error;
  const what = signal?.aborted === true ? `broken off, at most ${timeoutMs} ms after it began` : messageOf(error);
  return new ConnectionError(`the API server did not answer: ${what}`, { cause: error });
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
