/**
 * Serves one request from its head to its answer, and refuses it as early as it can: path, method, length, head, body.
 * An answer says nothing but its status.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestError, type RequestErrorCode } from '../../api/errors.ts';
import type { Logger } from '../../observe/log.ts';
import type { SampledLog } from '../../observe/sampled-log.ts';
import type { Admitted, Endpoint, ServeBody } from '../endpoint.ts';
import type { ServerMessages } from '../server-reports.ts';
import type { Connections } from './connections.ts';
import { freeBytesSoon } from './free-bytes.ts';
import type { Limits } from './limits.ts';
import { type BodyBudgets, readBody, SMALL_BODY_BYTES } from './read-body.ts';
import { refusalOf } from './refusal.ts';
import type { RefusalTurns } from './refusal-turns.ts';
import type { RefusedSenders } from './refused-senders.ts';
import { type RequestMetrics, UNKNOWN_TYPE } from './request-metrics.ts';

/** What all requests share. */
export interface ServeContext {
  readonly endpoint: Endpoint;
  readonly messages: ServerMessages;
  readonly limits: Limits;
  readonly log: Logger;
  readonly refusals: SampledLog;
  readonly metrics: RequestMetrics;
  readonly connections: Connections;
  readonly budgets: BodyBudgets;
  readonly refusalTurns: RefusalTurns;
  /** Undefined: a sender may be refused as often as it likes. */
  readonly refusedSenders: RefusedSenders | undefined;
  /** No connection is to be used for another request. */
  closing: boolean;
}

/** A request on its way to its answer. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly startedMs: number;
  /** The sender waits for `100 Continue` before it sends the body. */
  readonly waits: boolean;
  /** Undefined until the endpoint admits it. */
  admitted: Admitted | undefined;
}

const NO_BODY = Buffer.alloc(0);

/** Never throws. `waits`: the sender waits for `100 Continue`. */
export async function serveRequest(
  context: ServeContext,
  request: IncomingMessage,
  response: ServerResponse,
  waits: boolean,
): Promise<void> {
  const exchange: Exchange = { request, response, startedMs: performance.now(), waits, admitted: undefined };
  if (!context.connections.began(request, response)) return;
  context.metrics.begin();
  try {
    answer(context, exchange, await accept(context, exchange));
  } catch (error) {
    refuseInTurn(context, exchange, error);
  }
}

/** A request that waits for its turn holds nothing of its body; one that is still coming is refused at once. */
function refuseInTurn(context: ServeContext, exchange: Exchange, error: unknown): void {
  const { request } = exchange;
  if (!request.complete) {
    refuse(context, exchange, error);
    return;
  }
  if (!request.readableEnded) throwAway(request);
  context.refusalTurns.take(() => refuse(context, exchange, error));
}

async function accept(context: ServeContext, exchange: Exchange): Promise<number> {
  const { endpoint, limits, refusedSenders } = context;
  const { request } = exchange;
  const waitSeconds = refusedSenders?.waitSeconds(request) ?? 0;
  if (waitSeconds > 0) throw tooOften(waitSeconds);
  const method = request.method ?? '';
  const admitted = endpoint.admit(pathOf(request.url ?? ''), method);
  exchange.admitted = admitted;
  const { headers, rawHeaders } = request;
  const length = headers['content-length'];
  const declaredBytes = length === undefined ? undefined : Number(length);
  if (declaredBytes !== undefined && declaredBytes > limits.maxBodyBytes) throw new RequestError('BodyTooLarge');
  return await judge(context, exchange, () => admitted.head({ method, headers, rawHeaders }), declaredBytes);
}

function tooOften(retryAfterSeconds: number): RequestError {
  return new RequestError('RefusedTooOften', undefined, { retryAfterSeconds });
}

/** The head comes before the body; where no length is declared, after it, because the body's limit comes first. */
async function judge(
  context: ServeContext,
  { request, response, waits }: Exchange,
  head: () => ServeBody,
  declaredBytes: number | undefined,
): Promise<number> {
  const chunked = declaredBytes === undefined && request.headers['transfer-encoding'] !== undefined;
  const serveBody = chunked ? undefined : head();
  if (waits) response.writeContinue();
  if (!chunked && (declaredBytes === undefined || declaredBytes === 0)) return await (serveBody ?? head())(NO_BODY);
  const { limits, budgets } = context;
  const body = await readBody(request, { declaredBytes, maxBytes: limits.maxBodyBytes, budgets });
  try {
    return await (serveBody ?? head())(body.bytes);
  } finally {
    body.release();
  }
}

function refuse(context: ServeContext, exchange: Exchange, error: unknown): void {
  const { admitted, request, response } = exchange;
  const { connections, endpoint, messages } = context;
  const about = { controller: endpoint.name, type: admitted?.type ?? UNKNOWN_TYPE, ...admitted?.about };
  const given = connections.refusalOf(request);
  // What a body was read for explains its end; only the connection knows of a time limit.
  const { code, status } = given === undefined || given.status === 400 ? refusalOf(error) : given;
  if (code === 'InternalError') context.log.error({ ...about, error, cause: error }, messages.failed);
  else context.refusals.info(code, { ...about, code, status }, messages.refused);
  if (status === 405) response.setHeader('Allow', endpoint.allowedMethods(pathOf(request.url ?? '')).join(', '));
  if (status < 500 && status !== 429) context.refusedSenders?.count(request);
  const waitSeconds = error instanceof RequestError ? error.retryAfterSeconds : undefined;
  if (waitSeconds !== undefined) response.setHeader('Retry-After', String(waitSeconds));
  answer(context, exchange, status, code);
}

/** `refused`: the code of a request that was not served. */
function answer(context: ServeContext, exchange: Exchange, status: number, refused?: RequestErrorCode): void {
  const { request, response, startedMs, admitted } = exchange;
  const type = admitted?.type ?? UNKNOWN_TYPE;
  const seconds = (performance.now() - startedMs) / 1000;
  context.metrics.end({ method: request.method ?? '', status, type, refused, seconds });
  if (request.destroyed && !request.complete) return;
  if (context.connections.refusalOf(request) !== undefined) return;
  if (!request.complete) endUnread(context, exchange);
  if (context.closing) response.setHeader('Connection', 'close');
  response.writeHead(status, { 'Content-Length': 0 });
  response.end();
}

/** The rest of a body that is not wanted is thrown away, and unless it is small, the connection with it. */
function endUnread({ connections }: ServeContext, { request, response, waits }: Exchange): void {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  // Who waits for `100 Continue` may or may not send the body now, so where the next request begins nobody knows.
  if (waits || encoding !== undefined || Number(length) > SMALL_BODY_BYTES) connections.endAfter(response);
  throwAway(request);
}

function throwAway(request: IncomingMessage): void {
  request.on('data', freeBytesSoon);
  // It may have been paused while its body waited for room.
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
