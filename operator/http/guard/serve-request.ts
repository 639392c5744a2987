/**
 * One request from its head to its answer, refused as early as it can be: path, method, Receiver, length, head, body,
 * proof. An answer says nothing but its status.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestError } from '../../api/errors.ts';
import type { Logger } from '../../observe/log.ts';
import type { SampledLog } from '../../observe/sampled-log.ts';
import type { Admitted, Deliverer } from '../../receivers/deliver.ts';
import type { Connections } from './connections.ts';
import { freeBytesSoon } from './free-bytes.ts';
import type { Limits } from './limits.ts';
import { type BodyBudgets, type ReceivedBody, readBody, SMALL_BODY_BYTES } from './read-body.ts';
import { RefusedTooOftenError, refusalOf, retryAfterOf } from './refusal.ts';
import type { RefusalTurns } from './refusal-turns.ts';
import type { RefusedSenders } from './refused-senders.ts';
import type { RequestMetrics } from './request-metrics.ts';

/** What all requests share. */
export interface ServeContext {
  readonly deliverer: Deliverer;
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
  /** Undefined until its Receiver is found. */
  admitted: Admitted | undefined;
}

const NO_BODY: ReceivedBody = { bytes: Buffer.alloc(0), release() {} };
const UNKNOWN_TYPE = 'unknown';

/** Never throws. `waits`: the sender waits for `100 Continue`. */
export async function serveWebhook(
  context: ServeContext,
  request: IncomingMessage,
  response: ServerResponse,
  waits: boolean,
): Promise<void> {
  const exchange: Exchange = { request, response, startedMs: performance.now(), waits, admitted: undefined };
  if (!context.connections.began(request, response)) return;
  context.metrics.begin();
  try {
    const status = await accept(context, exchange);
    answer(context, exchange, status, status === 200 ? 'accepted' : 'pending');
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

async function accept(context: ServeContext, exchange: Exchange): Promise<200 | 202> {
  const { deliverer, limits, refusedSenders } = context;
  const { request } = exchange;
  const waitSeconds = refusedSenders?.waitSeconds(request) ?? 0;
  if (waitSeconds > 0) throw new RefusedTooOftenError(waitSeconds);
  const method = request.method ?? '';
  const admitted = deliverer.admit(pathOf(request.url ?? ''), method);
  exchange.admitted = admitted;
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
  context: ServeContext,
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

function refuse(context: ServeContext, exchange: Exchange, error: unknown): void {
  const { admitted, request } = exchange;
  const about = { controller: 'receiver', ...receiverOf(admitted) };
  const given = context.connections.refusalOf(request);
  // A body that broke off is told apart by what it was read for; a time limit only by the connection.
  const { code, status } = given === undefined || given.status === 400 ? refusalOf(error) : given;
  if (code === 'InternalError') {
    context.log.error({ ...about, error, cause: error }, 'webhook failed unexpectedly');
  } else {
    context.refusals.info(code, { ...about, code, status }, 'webhook refused');
  }
  if (status === 405) allow(context, exchange);
  if (status < 500 && status !== 429) context.refusedSenders?.count(request);
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== undefined) exchange.response.setHeader('Retry-After', retryAfter);
  answer(context, exchange, status, code);
}

function receiverOf(admitted: Admitted | undefined): { type: string; namespace?: string; name?: string } {
  if (admitted === undefined) return { type: UNKNOWN_TYPE };
  const { namespace, name } = admitted.receiver;
  return { type: admitted.type, namespace, name };
}

function allow({ deliverer }: ServeContext, { request, response }: Exchange): void {
  response.setHeader('Allow', deliverer.allowedMethods(pathOf(request.url ?? '')).join(', '));
}

function answer(context: ServeContext, exchange: Exchange, status: number, result: string): void {
  const { request, response, startedMs, admitted } = exchange;
  const type = admitted?.type ?? UNKNOWN_TYPE;
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
