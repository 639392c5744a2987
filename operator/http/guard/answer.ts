/** Answers a request. An answer says nothing but its status, and ends a connection whose request was not read to its end. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestError, type RequestErrorCode } from '../../api/errors.ts';
import type { Answer } from '../endpoint.ts';
import { type Exchange, pathOf, type ServeContext } from './exchange.ts';
import { freeBytesSoon } from './free-bytes.ts';
import { SMALL_BODY_BYTES } from './read-body.ts';
import { refusalOf } from './refusal.ts';
import { UNKNOWN_TYPE } from './request-metrics.ts';

/** After these nobody relies on where the next request of the connection begins. */
const LAST_OF_CONNECTION: ReadonlySet<RequestErrorCode> = new Set(['ExpectationFailed', 'Malformed']);

/** Answers a request that was served. */
export function answer(context: ServeContext, exchange: Exchange, served: number | Answer): void {
  const content = typeof served === 'number' ? undefined : served;
  const status = typeof served === 'number' ? served : served.status;
  const answerBytes = content?.text === undefined ? 0 : Buffer.byteLength(content.text);
  account(context, exchange, { status, refused: undefined, answerBytes });
  send(context, exchange, status, content && { ...content, bytes: answerBytes });
}

/** Answers a request of a health check: it is none of the endpoint's, and never logged. */
export function answerHealth(context: ServeContext, exchange: Exchange, isReady: boolean): void {
  const status = isReady ? 200 : 503;
  const seconds = secondsOf(context, exchange);
  context.metrics.endHealth({ method: methodOf(exchange), status, seconds, answerBytes: 0 });
  send(context, exchange, status);
}

/** Answers a request that failed with `error`, in its turn. One that waits for its turn holds nothing of its body. */
export function refuseInTurn(context: ServeContext, exchange: Exchange, error: unknown): void {
  const { request } = exchange;
  // One that is still coming does not wait.
  if (!request.complete) {
    refuse(context, exchange, error);
    return;
  }
  if (!request.readableEnded) throwAway(request);
  context.refusalTurns.take(() => refuse(context, exchange, error));
}

function refuse(context: ServeContext, exchange: Exchange, error: unknown): void {
  const { request, response } = exchange;
  const { connections, endpoint } = context;
  const given = connections.refusalOf(request);
  // What a body was read for explains its end; only the connection knows of a time limit.
  const { code, status } = given === undefined || given.status === 400 ? refusalOf(error) : given;
  report(context, exchange, { code, status, error });
  if (status === 405) response.setHeader('Allow', endpoint.allowedMethods(pathOf(request)).join(', '));
  if (status < 500 && status !== 429) context.refusedSenders?.count(request);
  const waitSeconds = error instanceof RequestError ? error.retryAfterSeconds : undefined;
  if (waitSeconds !== undefined) response.setHeader('Retry-After', String(waitSeconds));
  if (LAST_OF_CONNECTION.has(code) || exchange.expectation === 'other') connections.endAfter(response);
  account(context, exchange, { status, refused: code, answerBytes: 0 });
  send(context, exchange, status);
}

interface Accounted {
  readonly status: number;
  /** Undefined: it was served. */
  readonly refused: RequestErrorCode | undefined;
  readonly answerBytes: number;
}

/** Counts a request, and tells the endpoint what became of it. */
function account(context: ServeContext, exchange: Exchange, { status, refused, answerBytes }: Accounted): void {
  const { request, admitted, bytes } = exchange;
  const { headers } = request;
  const method = methodOf(exchange);
  const path = pathOf(request);
  const seconds = secondsOf(context, exchange);
  context.metrics.end({ method, path, status, seconds, answerBytes, type: admitted?.type ?? UNKNOWN_TYPE, refused });
  const listener = admitted ?? context.endpoint;
  if (listener.answered === undefined) return;
  listener.answered({
    path,
    head: { method, headers },
    status,
    code: refused,
    ms: seconds * 1000,
    bytes: bytes || Number(headers['content-length'] ?? 0),
    sender: () => context.senderOf(request),
  });
}

interface Refused {
  readonly code: RequestErrorCode;
  readonly status: number;
  readonly error: unknown;
}

/** One object's refusals hide no other's; those without an object share one line a second and code. */
function report(context: ServeContext, { admitted }: Exchange, { code, status, error }: Refused): void {
  const { endpoint, messages, log, refusals } = context;
  const about = { controller: endpoint.name, type: admitted?.type ?? UNKNOWN_TYPE, ...admitted?.about };
  if (code === 'InternalError') {
    log.error({ ...about, error, cause: error }, messages.failed);
    return;
  }
  const object = admitted === undefined ? '' : `${admitted.about.namespace ?? ''}/${admitted.about.name}`;
  refusals.info(`${code} ${object}`, { ...about, code, status }, messages.refused);
}

function methodOf({ request }: Exchange): string {
  return request.method ?? '';
}

function secondsOf({ clock }: ServeContext, { startedMs }: Exchange): number {
  return (clock.elapsedMs() - startedMs) / 1000;
}

/** With the size of its text. */
interface Content extends Answer {
  readonly bytes: number;
}

function send(context: ServeContext, exchange: Exchange, status: number, content?: Content): void {
  const { request, response } = exchange;
  if (request.destroyed && !request.complete) return;
  if (context.connections.refusalOf(request) !== undefined) return;
  if (!request.complete) endUnread(context, exchange);
  if (context.closing) response.setHeader('Connection', 'close');
  if (content === undefined) {
    response.writeHead(status, { 'Content-Length': 0 });
    response.end();
  } else {
    sendContent(response, content);
  }
}

function sendContent(response: ServerResponse, { status, headers, text, bytes }: Content): void {
  const ofText = text === undefined ? {} : { 'Content-Type': 'text/plain; charset=utf-8' };
  response.writeHead(status, { ...ofText, ...headers, 'Content-Length': bytes });
  // Behind all that is read in this turn of the event loop: a write wakes its reader on another core, and one that is
  // awake takes the answers of a whole turn. In a flood of events that is half the CPU.
  setImmediate(() => response.end(text));
}

/** Throws the rest of a body away, and unless it is small, the connection with it. */
function endUnread({ connections }: ServeContext, { request, response, expectation }: Exchange): void {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  // With an expectation the body may or may not follow now, so nobody knows where the next request begins.
  const ends = expectation !== 'none' || encoding !== undefined || Number(length) > SMALL_BODY_BYTES;
  if (ends) connections.endAfter(response);
  throwAway(request);
}

function throwAway(request: IncomingMessage): void {
  request.on('data', freeBytesSoon);
  // It may have been paused while its body waited for room.
  request.resume();
}
