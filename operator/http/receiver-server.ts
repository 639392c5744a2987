/**
 * The server that senders reach. On node:http itself, because it is the hot path; refuses as early as a request can be
 * refused, and its answers say nothing but their status.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { RequestError } from '../api/errors.ts';
import type { Logger } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { createSampledLog, type SampledLog } from '../observe/sampled-log.ts';
import type { Admitted, Deliverer } from '../receivers/deliver.ts';
import { type ListenAddress, listenOn } from './address.ts';
import { createBodyBudget } from './body-budget.ts';
import { type Connections, watchConnections } from './connections.ts';
import type { Limits } from './limits.ts';
import { type BodyBudgets, type ReceivedBody, readBody, SMALL_BODY_BYTES } from './read-body.ts';
import { type Refusal, refusalOf } from './refusal.ts';
import { createRequestMetrics, type RequestMetrics } from './request-metrics.ts';

export interface ReceiverServer {
  /** @throws Error with one line that says why not. */
  listen(address: ListenAddress): Promise<{ port: number }>;
  /** Takes no connection any more, answers what is under way, and is done when all is closed; at the latest after `closeTimeoutMs`. */
  close(): Promise<void>;
}

export interface ReceiverServerOptions {
  readonly deliverer: Deliverer;
  readonly limits: Limits;
  readonly log: Logger;
  readonly metrics: Metrics;
}

interface Context {
  readonly deliverer: Deliverer;
  readonly limits: Limits;
  readonly log: Logger;
  readonly refusals: SampledLog;
  readonly metrics: RequestMetrics;
  readonly connections: Connections;
  readonly budgets: BodyBudgets;
  closing: boolean;
}

/** A request on its way to its answer. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly startedMs: number;
  /** The sender waits for `100 Continue` before it sends the body. */
  readonly waits: boolean;
  type: string;
}

const NO_BODY: ReceivedBody = { bytes: Buffer.alloc(0), release() {} };
const RETRY_AFTER_SECONDS = '1';
const SWEEP_EVERY_MS = 50;

export function createReceiverServer(options: ReceiverServerOptions): ReceiverServer {
  const { deliverer, limits, log, metrics } = options;
  const server = createNodeServer(limits);
  const refusals = createSampledLog(log);
  const requestMetrics = createRequestMetrics(metrics);
  const connections = watchConnections(server, limits, ({ code }) => {
    requestMetrics.refuseUnread(code);
    refusals.info(code, { code }, 'request refused');
  });
  const budgets = createBudgets(limits);
  const context: Context = {
    deliverer,
    limits,
    log,
    refusals,
    metrics: requestMetrics,
    connections,
    budgets,
    closing: false,
  };
  server.on('request', (request, response) => void serve(context, request, response, false));
  server.on('checkContinue', (request, response) => void serve(context, request, response, true));
  server.on('drop', () => refusals.info('drop', { maxConnections: limits.maxConnections }, 'connection refused'));
  return {
    async listen(address) {
      const bound = await listenOn(server, address);
      server.on('error', (error) => log.error({ error }, 'receiver server failed'));
      return bound;
    },
    close: () => close(context, server),
  };
}

function createNodeServer(limits: Limits): Server {
  const server = createServer({
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
  });
  server.maxConnections = limits.maxConnections;
  // Those beyond a maximum would be dropped silently, a second signature perhaps; their size is bounded.
  server.maxHeadersCount = 0;
  return server;
}

/** A quarter for small bodies. */
function createBudgets({ maxBufferedBytes, maxBodyBytes, roomTimeoutMs, roomHeldMs }: Limits): BodyBudgets {
  const small = Math.max(Math.floor(maxBufferedBytes / 4), SMALL_BODY_BYTES);
  const times = { waitMs: roomTimeoutMs, heldMs: roomHeldMs };
  return {
    small: createBodyBudget({ bytes: small, ...times }),
    large: createBodyBudget({ bytes: Math.max(maxBufferedBytes - small, maxBodyBytes), ...times }),
  };
}

async function serve(
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
  waits: boolean,
): Promise<void> {
  const exchange: Exchange = { request, response, startedMs: performance.now(), waits, type: 'unknown' };
  context.metrics.begin();
  context.connections.began(request, response);
  try {
    const status = await accept(context, exchange);
    answer(context, exchange, status, status === 200 ? 'accepted' : 'pending');
  } catch (error) {
    refuse(context, exchange, error);
  }
}

async function accept(context: Context, exchange: Exchange): Promise<200 | 202> {
  const { deliverer, limits } = context;
  const { request } = exchange;
  const method = request.method ?? '';
  const admitted = deliverer.admit(pathOf(request.url ?? ''), method);
  exchange.type = admitted.type;
  const { headers, rawHeaders } = request;
  const length = headers['content-length'];
  const declaredBytes = length === undefined ? undefined : Number(length);
  if (declaredBytes !== undefined && declaredBytes > limits.maxBodyBytes) throw new RequestError('BodyTooLarge');
  const body = await receive(context, exchange, admitted, declaredBytes);
  try {
    return await admitted.deliver({ method, headers, rawHeaders, body: body.bytes });
  } finally {
    body.release();
  }
}

/** The body, after all that the head alone can refuse; only where its length is not known before, its limit comes first. */
async function receive(
  context: Context,
  { request, response, waits }: Exchange,
  admitted: Admitted,
  declaredBytes: number | undefined,
): Promise<ReceivedBody> {
  const { headers, rawHeaders } = request;
  const head = { method: request.method ?? '', headers, rawHeaders };
  const chunked = declaredBytes === undefined && headers['transfer-encoding'] !== undefined;
  if (!chunked) admitted.checkHead(head);
  if (waits) response.writeContinue();
  if (!chunked && (declaredBytes === undefined || declaredBytes === 0)) return NO_BODY;
  const { limits, budgets } = context;
  const body = await readBody(request, { declaredBytes, maxBytes: limits.maxBodyBytes, budgets });
  if (chunked) {
    try {
      admitted.checkHead(head);
    } catch (error) {
      body.release();
      throw error;
    }
  }
  return body;
}

function refuse(context: Context, exchange: Exchange, error: unknown): void {
  const { type, request } = exchange;
  const given = context.connections.refusalOf(request);
  // A body that broke off is told apart by what it was read for; a time limit only by the connection.
  const { code, status } = given === undefined || given.status === 400 ? refusalOf(error) : given;
  if (code === 'InternalError') {
    context.log.error({ type, error, cause: error }, 'webhook failed unexpectedly');
  } else {
    context.refusals.info(code, { type, code, status }, 'webhook refused');
  }
  if (status === 405) allow(context, exchange);
  if (code === 'BodiesFull' || code === 'PendingFull') exchange.response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
  answer(context, exchange, status, code);
}

function allow({ deliverer }: Context, { request, response }: Exchange): void {
  response.setHeader('Allow', deliverer.allowedMethods(pathOf(request.url ?? '')).join(', '));
}

function answer(context: Context, exchange: Exchange, status: Refusal['status'], result: string): void {
  const { request, response, startedMs, type } = exchange;
  const seconds = (performance.now() - startedMs) / 1000;
  context.metrics.end({ method: request.method ?? '', status, type, result, seconds });
  if (request.destroyed && !request.complete) return;
  if (context.connections.refusalOf(request) !== undefined) return;
  if (!request.complete) endUnread(context, exchange);
  if (context.closing) response.setHeader('Connection', 'close');
  response.writeHead(status, { 'Content-Length': 0 });
  response.end();
}

/** The rest of a body that is not wanted is thrown away, and unless it is small, the connection with it. */
function endUnread({ connections }: Context, { request, response, waits }: Exchange): void {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  // Who waits for `100 Continue` may or may not send the body now, so where the next request begins nobody knows.
  if (waits || encoding !== undefined || Number(length) > SMALL_BODY_BYTES) connections.endAfter(response);
  request.resume();
}

/** The path without its query, as it was sent; of an absolute URL its path. */
function pathOf(target: string): string {
  const query = target.indexOf('?');
  const whole = query === -1 ? target : target.slice(0, query);
  if (whole.startsWith('/')) return whole;
  const absolute = /^https?:\/\/[^/]*/i.exec(whole);
  return absolute === null ? whole : whole.slice(absolute[0].length);
}

async function close(context: Context, server: Server): Promise<void> {
  const { connections, limits, log } = context;
  context.closing = true;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  connections.closeUnused();
  // What was answered just before, and not yet sent, is idle only now.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_EVERY_MS);
  const deadline = setTimeout(() => {
    log.error({ timeoutMs: limits.closeTimeoutMs }, 'requests were still under way when the receiver server closed');
    connections.destroy();
  }, limits.closeTimeoutMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
}
