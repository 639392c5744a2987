/**
 * Serves one request from its head to its answer, and refuses it as early as it can: sender, path, method, length, head,
 * body.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestError } from '../../api/errors.ts';
import type { Admitted, Answer } from '../endpoint.ts';
import { answer, answerHealth, refuseInTurn } from './answer.ts';
import { type Exchange, type Expectation, pathOf, type ServeContext } from './exchange.ts';
import { readBody } from './read-body.ts';

const NO_BODY = Buffer.alloc(0);
const HEALTH_PATH = '/';

/** Never throws. */
export async function serveRequest(
  context: ServeContext,
  request: IncomingMessage,
  response: ServerResponse,
  expectation: Expectation,
): Promise<void> {
  const startedMs = context.clock.elapsedMs();
  const exchange: Exchange = { request, response, expectation, startedMs, admitted: undefined, bytes: 0 };
  if (!context.connections.began(request, response)) return;
  context.metrics.begin();
  try {
    checkSender(context, request);
    const isReady = healthOf(context, exchange);
    if (isReady === undefined) answer(context, exchange, await accept(context, exchange));
    else answerHealth(context, exchange, isReady);
  } catch (error) {
    refuseInTurn(context, exchange, error);
  }
}

/** The HTTP of a request is checked after its sender, so that a sender that is refused too often costs the least. */
function checkSender({ refusedSenders }: ServeContext, request: IncomingMessage): void {
  const retryAfterSeconds = refusedSenders?.waitSeconds(request) ?? 0;
  if (retryAfterSeconds > 0) throw new RequestError('RefusedTooOften', undefined, { retryAfterSeconds });
  // node:http would check that too, and answer by itself (RFC 9112, 3.2).
  if (request.headers.host === undefined && request.httpVersion === '1.1') throw new RequestError('Malformed');
}

/** Whether the server is ready, when that is the question; undefined for every other request. */
function healthOf({ ready }: ServeContext, { request, expectation }: Exchange): boolean | undefined {
  const { method } = request;
  if (ready === undefined || (method !== 'GET' && method !== 'HEAD') || pathOf(request) !== HEALTH_PATH)
    return undefined;
  if (expectation === 'other') throw new RequestError('ExpectationFailed');
  return ready();
}

async function accept(context: ServeContext, exchange: Exchange): Promise<number | Answer> {
  const { request } = exchange;
  const admitted = admit(context, exchange);
  const length = request.headers['content-length'];
  const declaredBytes = length === undefined ? undefined : Number(length);
  if (declaredBytes !== undefined && declaredBytes > context.limits.maxBodyBytes)
    throw new RequestError('BodyTooLarge');
  return await serveBody(context, exchange, { admitted, declaredBytes });
}

/** An expectation that is not supported comes before everything else that a path which exists may be refused for. */
function admit({ endpoint }: ServeContext, exchange: Exchange): Admitted {
  const { request, expectation } = exchange;
  const path = pathOf(request);
  if (expectation !== 'other') {
    exchange.admitted = endpoint.admit(path, request.method ?? '');
    return exchange.admitted;
  }
  try {
    exchange.admitted = endpoint.admit(path, request.method ?? '');
  } catch (error) {
    if (endpoint.allowedMethods(path).length === 0) throw error;
  }
  throw new RequestError('ExpectationFailed');
}

interface Expected {
  readonly admitted: Admitted;
  /** Undefined: no body, or a chunked one. */
  readonly declaredBytes: number | undefined;
}

/** The head comes before the body; where no length is declared, after it, because the body's limit comes first. */
async function serveBody(
  { limits, budgets }: ServeContext,
  exchange: Exchange,
  { admitted, declaredBytes }: Expected,
): Promise<number | Answer> {
  const { request, response, expectation } = exchange;
  const { method = '', url = '', headers, rawHeaders } = request;
  const head = { method, url, headers, rawHeaders };
  const chunked = declaredBytes === undefined && headers['transfer-encoding'] !== undefined;
  const serve = chunked ? undefined : admitted.head(head);
  if (expectation === 'continue') response.writeContinue();
  if (serve !== undefined && (declaredBytes ?? 0) === 0) return await serve(NO_BODY);
  const body = await readBody(request, { declaredBytes, maxBytes: limits.maxBodyBytes, budgets });
  exchange.bytes = body.bytes.length;
  try {
    return await (serve ?? admitted.head(head))(body.bytes);
  } finally {
    body.release();
  }
}
