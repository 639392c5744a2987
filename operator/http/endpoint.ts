/**
 * The contract between a guarded server and the feature behind it. The server owns the connection: limits, the body,
 * time, metrics, the log and the answer. The endpoint owns the meaning: which paths exist, which methods they take, and
 * what a request causes. So a server knows no feature, and a feature knows no socket.
 *
 * A request passes through three steps, each of which costs its sender more than the one before:
 *
 * 1. `admit` sees the path and the method.
 * 2. `head` sees the headers. No byte of the body has been read, so what it refuses costs no memory.
 * 3. The function that `head` returns sees the body, and does the work.
 *
 * The function of step 3 exists only as the result of step 2. Whatever step 2 parsed, a signature or a token, is in its
 * closure: nothing is parsed twice, and no body is served before its head.
 *
 * @example An endpoint with one path, whose requests carry a shared token.
 * ```ts
 * const inbox: Endpoint = {
 *   name: 'inbox',
 *   allowedMethods: (path) => (path === '/inbox' ? ['POST'] : []),
 *   admit(path, method) {
 *     if (path !== '/inbox') throw new RequestError('PathUnknown');
 *     if (method !== 'POST') throw new RequestError('MethodNotAllowed');
 *     if (!inboxIsOpen()) throw new RequestError('ReceiverUnavailable');
 *     return {
 *       type: 'message',
 *       about: { name: 'inbox' },
 *       head({ headers }) {
 *         if (!tokenEquals(headers.authorization, token)) throw new RequestError('TokenMismatch');
 *         return async (body) => {
 *           await store(body);
 *           return 200;
 *         };
 *       },
 *     };
 *   },
 * };
 * ```
 */
import type { RequestErrorCode } from '../api/errors.ts';
import type { RequestHead } from '../api/request-head.ts';
import type { ServerMessages, ServerMetrics } from './server-reports.ts';

/** What a guarded server serves. */
export interface Endpoint {
  /** The value of the log's field `controller`. */
  readonly name: string;
  /**
   * Step 1. Called once a request, before anything else of it is read; it must be cheap, and must not wait.
   * @param path as it was sent, without its query.
   * @throws RequestError in this order: a code of 404 (no such path), of 405 (see `allowedMethods`), of 503.
   */
  admit(path: string, method: string): Admitted;
  /** The value of `Allow` for a path that exists; empty for one that does not. */
  allowedMethods(path: string): readonly string[];
  /** Told of each request that was not admitted, when its answer is sent; must not throw, and must not wait. */
  answered?(request: AnsweredRequest): void;
}

/** A request and its answer, for who keeps account of them. */
export interface AnsweredRequest {
  /** As it was sent, without its query. */
  readonly path: string;
  readonly head: Pick<RequestHead, 'method' | 'headers'>;
  readonly status: number;
  /** Why it is refused; undefined: it was served. */
  readonly code: RequestErrorCode | undefined;
  /** From its head to its answer. */
  readonly ms: number;
  /** Of its body, as far as that was declared or read. */
  readonly bytes: number;
  /** The sender's address, as the limits see it; undefined where only proxies are known. */
  sender(): string | undefined;
}

/** A request whose path and method are served. */
export interface Admitted {
  /** The metrics' label `type`: one of a bounded set, never a sender's choice. */
  readonly type: string;
  /** The object that the request is for, in the log's fields; bounded by the number of objects. */
  readonly about: { readonly namespace?: string; readonly name: string };
  /**
   * Step 2. Called before a byte of the body is read if the body's length is declared; after it, if it is not.
   * @throws RequestError for all that the headers alone can refuse.
   */
  head(head: RequestHead): ServeBody;
  /** Told of the answer when it is sent, for who keeps account of requests; must not throw, and must not wait. */
  answered?(request: AnsweredRequest): void;
}

/** An answer that says more than its status. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Plain text unless `headers` have a `Content-Type`; absent: the answer has no body. */
  readonly text?: string;
}

/**
 * Step 3. Called once, with the whole body, within the limits. The bytes are the server's: it gives their memory back as
 * soon as the promise is settled, so what must outlive the request is copied.
 * @returns the answer, or its status alone. @throws RequestError for what is refused, which is logged and counted so.
 */
export type ServeBody = (body: Buffer) => Promise<number | Answer>;

/** What a feature gives a guarded server: the endpoint, and the names under which the server counts and logs it. */
export interface ServedEndpoint {
  readonly endpoint: Endpoint;
  readonly messages: ServerMessages;
  readonly metrics: ServerMetrics;
}
