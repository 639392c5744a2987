/** The call that most types make: POST JSON, and any 2xx means that it was taken. */
import { DeliveryError } from '../delivery-error.ts';
import type { HttpAnswer, HttpCaller } from './http-caller.ts';
import { retryAfterMs } from './retry-after.ts';
import { retryAfterInBodyMs } from './retry-after-in-body.ts';

export interface Post {
  readonly url: URL;
  /** In place of `POST`. */
  readonly method?: 'PUT' | 'PATCH';
  /** Beside `Content-Type: application/json`, which they may override. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Begins every failure of this call, as users of Flux search for it. */
const PREFIX = 'postMessage failed: ';
const POST_FAULT = `${PREFIX}request failed: request failed with status code`;
const REQUEST_TIMEOUT = 408;
const TOO_MANY_REQUESTS = 429;
const NOT_IMPLEMENTED = 501;

/** @throws DeliveryError as the contract's section *The common HTTP call* says. */
export async function post(http: HttpCaller, request: Post, signal: AbortSignal): Promise<HttpAnswer> {
  const { url, method = 'POST', body } = request;
  const headers = { 'Content-Type': 'application/json', ...request.headers };
  const answer = await http.request({ method, url, headers, body }, signal).catch(throwPrefixed);
  checkStatus(answer);
  return answer;
}

function throwPrefixed(error: unknown): never {
  if (!(error instanceof DeliveryError)) throw error;
  throw new DeliveryError(error.verdict, `${PREFIX}${error.message}`, { cause: error });
}

/** Whether a request that was answered so may be taken another time. */
export function mayPass(status: number): boolean {
  if (status === REQUEST_TIMEOUT || status === TOO_MANY_REQUESTS) return true;
  return status >= 500 && status !== NOT_IMPLEMENTED;
}

/** @param message what precedes the status in the error. @throws DeliveryError for every status but 2xx. */
export function checkStatus({ status, headers, text }: HttpAnswer, message: string = POST_FAULT): void {
  if (status >= 200 && status < 300) return;
  const passes = mayPass(status);
  const options = passes ? { retryAfterMs: retryAfterMs(headers['retry-after']) ?? retryAfterInBodyMs(text) } : {};
  const verdict = passes ? 'passing' : 'final';
  throw new DeliveryError(verdict, `${message} ${status}${text === '' ? '' : `: ${text}`}`, options);
}
