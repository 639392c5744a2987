/**
 * The client of the API server: JSON over keep-alive connections of an undici Pool, with watches on connections of
 * their own.
 */
import type { Dispatcher } from 'undici';
import { type Clock, systemClock } from '../../observe/clock.ts';
import type { Logger } from '../../observe/log.ts';
import { ApiError, ConnectionError } from '../api-error.ts';
import type { KubeClient, KubeRequest } from '../kube-client.ts';
import { lines } from '../watch/lines.ts';
import { apiErrorOf, contentOf, retryDelayOf } from './answer.ts';
import { type Connections, createConnections } from './connections.ts';
import { type CredentialSource, type Credentials, createCredentialSource } from './credentials.ts';
import { createDeadline, type Deadline, pauseWithin, within } from './deadline.ts';
import type { KubeConfig } from './kube-config.ts';
import { type Answer, send } from './send.ts';
import { createThrottle, type Throttle } from './throttle.ts';

/** Counts answers; `code` is the HTTP status, or `<error>` where there was no answer. */
export interface ClientMetrics {
  observe(method: string, code: string, host: string): void;
}

export interface KubeClientOptions {
  readonly log: Logger;
  /** Requests a second, and at once, where the API server does not throttle by itself. */
  readonly qps: number;
  readonly burst: number;
  /** Default `sluice`. */
  readonly userAgent?: string;
  readonly metrics?: ClientMetrics;
  /** How many requests may be under way at once, watches not counted; default 64. */
  readonly connections?: number;
  /** The machine's when absent. */
  readonly clock?: Clock;
}

interface State {
  readonly options: KubeClientOptions;
  readonly clock: Clock;
  readonly origin: string;
  readonly host: string;
  /** The path before `/api` and `/apis`, where a proxy serves several clusters. */
  readonly basePath: string;
  readonly credentials: CredentialSource;
  readonly connections: Connections;
  readonly throttle: Throttle;
  /** In front of it, for requests in the background. */
  readonly backgroundThrottle: Throttle;
  /** Of the requests under way, also of those that only wait for their turn. */
  readonly deadlines: Set<Deadline>;
}

type WatchRequest = Parameters<KubeClient['stream']>[0];

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_CONNECTIONS = 64;
const BACKGROUND_SHARE = 0.25;
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const MAX_TRIES = 10;
const FIRST_ERROR_STATUS = 400;
const UNAUTHORIZED = 401;
const FAIRNESS_HEADER = 'x-kubernetes-pf-flowschema-uid';
/** Patches that leave the same object behind when they are applied twice. */
const REPEATABLE_PATCHES = new Set(['application/merge-patch+json', 'application/apply-patch+yaml']);

/** @throws Error with one line when the KubeConfig names no cluster, or one without a proper address. */
export function createKubeClient(config: KubeConfig, options: KubeClientOptions): KubeClient {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error('the kubeconfig has no current cluster');
  if (!URL.canParse(cluster.server)) throw new Error(`the kubeconfig's server is not a URL: ${cluster.server}`);
  const server = new URL(cluster.server);
  const width = options.connections ?? DEFAULT_CONNECTIONS;
  const clock = options.clock ?? systemClock;
  const state: State = {
    options,
    clock,
    origin: server.origin,
    host: server.host,
    basePath: server.pathname.replace(/\/$/, ''),
    credentials: createCredentialSource(config, options.log, clock),
    connections: createConnections({ server, proxyUrl: cluster.proxyUrl, width }),
    throttle: createThrottle({ ...options, clock }),
    backgroundThrottle: createThrottle({
      qps: options.qps * BACKGROUND_SHARE,
      burst: options.burst * BACKGROUND_SHARE,
      clock,
    }),
    deadlines: new Set(),
  };
  options.log.debug({ host: server.host }, 'API server');
  return {
    request: <T>(request: KubeRequest) => exchange(state, request) as Promise<T>,
    stream: (request) => stream(state, request),
    close() {
      for (const deadline of state.deadlines) deadline.breakOff('the client is closed');
      return state.connections.close();
    },
  };
}

/** @param turnMs how long it waits before its time begins. */
function deadlineOf(state: State, { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: KubeRequest, turnMs = 0): Deadline {
  const deadline = createDeadline(turnMs + timeoutMs, signal, state.clock);
  state.deadlines.add(deadline);
  return deadline;
}

async function exchange(state: State, request: KubeRequest): Promise<unknown> {
  const turnMs = request.background === true ? state.backgroundThrottle.take() : 0;
  const deadline = deadlineOf(state, request, turnMs);
  try {
    if (turnMs > 0) await pauseWithin(deadline, turnMs);
    return contentOf(await answerTo(state, request, deadline), state.clock);
  } catch (error) {
    throw asKubeError(error);
  } finally {
    deadline.clear();
    state.deadlines.delete(deadline);
  }
}

/** Tries again what a closed connection swallowed, what expired credentials refused, and what was asked to wait. */
async function answerTo(state: State, request: KubeRequest, deadline: Deadline): Promise<Answer> {
  let hasRefreshed = false;
  let resent = false;
  for (let tries = 1; ; tries += 1) {
    const turnMs = state.throttle.take();
    if (turnMs > 0) await pauseWithin(deadline, turnMs);
    const credentials = await credentialsNow(state, deadline);
    const answer = await attempt(state, request, credentials, deadline, resent);
    if (answer === undefined) {
      resent = true;
      continue;
    }
    if (answer.status === UNAUTHORIZED && !hasRefreshed) {
      hasRefreshed = true;
      if ((await refreshed(state, credentials, deadline)) === credentials) return answer;
      continue;
    }
    const delayMs = retryDelayOf(answer, state.clock);
    if (delayMs === undefined || tries >= MAX_TRIES || delayMs >= deadline.leftMs) return answer;
    await pauseWithin(deadline, delayMs);
  }
}

/** @returns undefined: a closed connection swallowed the request, and it may be sent again. */
async function attempt(
  state: State,
  request: KubeRequest,
  credentials: Credentials,
  deadline: Deadline,
  resent: boolean,
): Promise<Answer | undefined> {
  const { requests } = state.connections.with(credentials.tls);
  try {
    const answer = await send(requests, optionsOf(state, request, credentials), deadline);
    const isFair = answer.headers[FAIRNESS_HEADER] !== undefined;
    // What refuses a request before it gets so far says nothing of it: a check of credentials, a proxy in between.
    if (isFair || answer.status < FIRST_ERROR_STATUS) learn(state, isFair);
    state.options.metrics?.observe(request.method, String(answer.status), state.host);
    return answer;
  } catch (error) {
    state.options.metrics?.observe(request.method, '<error>', state.host);
    if (resent || deadline.over !== undefined || !isRepeatable(request) || !wasClosed(error)) throw error;
    return undefined;
  }
}

function learn({ throttle, backgroundThrottle }: State, isFair: boolean): void {
  throttle.learn(isFair);
  backgroundThrottle.learn(isFair);
}

async function* stream(state: State, request: WatchRequest): AsyncGenerator<string> {
  try {
    yield* lines(await openStream(state, request), MAX_LINE_BYTES);
  } catch (error) {
    throw asKubeError(error);
  }
}

async function openStream(state: State, request: WatchRequest): Promise<AsyncIterable<Uint8Array>> {
  const deadline = deadlineOf(state, request);
  try {
    const credentials = await credentialsNow(state, deadline);
    const stream = await openOnce(state, request, credentials, deadline);
    if (stream.status === 200) return stream.body;
    const newer = stream.status === UNAUTHORIZED ? await refreshed(state, credentials, deadline) : credentials;
    if (newer === credentials) throw apiErrorOf(await wholeAnswer(stream, deadline), state.clock);
    await stream.body.dump();
    const again = await openOnce(state, request, newer, deadline);
    if (again.status === 200) return again.body;
    throw apiErrorOf(await wholeAnswer(again, deadline), state.clock);
  } finally {
    deadline.clear();
    state.deadlines.delete(deadline);
  }
}

interface Stream extends Omit<Answer, 'body'> {
  readonly body: Dispatcher.ResponseData['body'];
}

async function wholeAnswer({ status, headers, body }: Stream, deadline: Deadline): Promise<Answer> {
  return { status, headers, body: Buffer.from(await within(deadline, body.bytes())) };
}

async function openOnce(
  state: State,
  request: WatchRequest,
  credentials: Credentials,
  deadline: Deadline,
): Promise<Stream> {
  const { metrics } = state.options;
  const { watches } = state.connections.with(credentials.tls);
  try {
    const { statusCode, headers, body } = await watches.request({
      ...optionsOf(state, request, credentials),
      signal: request.signal ?? null,
      headersTimeout: Math.ceil(deadline.leftMs),
      bodyTimeout: request.idleTimeoutMs ?? 0,
    });
    metrics?.observe(request.method, String(statusCode), state.host);
    return { status: statusCode, headers, body };
  } catch (error) {
    metrics?.observe(request.method, '<error>', state.host);
    throw error;
  }
}

function credentialsNow(state: State, deadline: Deadline): Credentials | Promise<Credentials> {
  const known = state.credentials.current();
  return known instanceof Promise ? within(deadline, known) : known;
}

function refreshed(state: State, refused: Credentials, deadline: Deadline): Promise<Credentials> {
  return within(deadline, state.credentials.refresh(refused));
}

/** For one attempt. undici's own timers are off: the deadline does it, for waiting in line and connecting too. */
function optionsOf(state: State, request: KubeRequest, credentials: Credentials): Dispatcher.DispatchOptions {
  const headers: Record<string, string> = {
    accept: request.accept ?? 'application/json',
    'user-agent': state.options.userAgent ?? 'sluice',
    ...credentials.headers,
  };
  if (request.body !== undefined) headers['content-type'] = request.contentType ?? 'application/json';
  return {
    origin: state.origin,
    method: request.method,
    path: `${state.basePath}${request.path}${queryOf(request.query)}`,
    headers,
    body: request.body === undefined ? null : JSON.stringify(request.body),
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}

function queryOf(query: KubeRequest['query']): string {
  if (query === undefined) return '';
  let text = '';
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue;
    text += `${text === '' ? '?' : '&'}${name}=${encodeURIComponent(value)}`;
  }
  return text;
}

/** Whether it may be sent again when nobody knows if it was carried out. */
function isRepeatable({ method, contentType = '' }: KubeRequest): boolean {
  return method === 'GET' || (method === 'PATCH' && REPEATABLE_PATCHES.has(contentType));
}

/** The connection ended before an answer came: an idle one that the server gave up, or a server that ended. */
function wasClosed(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

function asKubeError(error: unknown): ApiError | ConnectionError {
  if (error instanceof ApiError || error instanceof ConnectionError) return error;
  return new ConnectionError(`no answer from the API server: ${messageOf(error)}`, { cause: error });
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
