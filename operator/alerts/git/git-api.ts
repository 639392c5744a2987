/** Calls the JSON API of a git service, and reads lists page by page. */
import { isJsonObject } from '../../verify/is-json-object.ts';
import { DeliveryError } from '../delivery-error.ts';
import { type GoJson, goJson } from '../encode/go-json.ts';
import { redact } from '../redact.ts';
import type { HttpAnswer, HttpCaller, HttpRequest } from '../send/http-caller.ts';
import { checkStatus } from '../send/post.ts';

export interface ApiRequest {
  /** Absent: GET. */
  readonly method?: HttpRequest['method'];
  readonly url: URL;
  /** Beside those of every call. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: GoJson;
  /** What it is for, for the error: `list comments`. */
  readonly purpose: string;
  /** 404 means that there is none yet. */
  readonly mayBeAbsent?: boolean;
}

export interface GitApi {
  /** @returns the answer's JSON; undefined: it has no body, or is absent. @throws DeliveryError for another status than 2xx. */
  call(request: ApiRequest, signal: AbortSignal): Promise<unknown>;
  /** The objects of a list, page after page as long as somebody reads on. @throws DeliveryError */
  items(request: ApiRequest, signal: AbortSignal): AsyncGenerator<Record<string, unknown>>;
}

export interface GitApiOptions {
  readonly http: HttpCaller;
  /** Those of every call, among them who asks. */
  headers(signal: AbortSignal): Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
  /** Of a call with a body; absent: `application/json`. */
  readonly contentType?: string;
  /** Forgets a token that the service takes no more; the call is made once again, with another one. */
  renew?(): void;
  /** Fails where the service says in its own way that it did not take the call. */
  check?(answer: HttpAnswer, failure: string): void;
}

/** 5,000 comments or 2,500 statuses; whoever has more gets a second one. */
const MAX_PAGES = 50;
const NO_CONTENT = 204;
const UNAUTHORIZED = 401;
const NOT_FOUND = 404;
const MOVED = new Set([301, 302, 307, 308]);

export function createGitApi(options: GitApiOptions): GitApi {
  return {
    async call(request, signal) {
      return jsonOf(await answerOf(options, request, signal), request);
    },
    items: (request, signal) => items(options, request, signal),
  };
}

async function* items(options: GitApiOptions, request: ApiRequest, signal: AbortSignal) {
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const url = new URL(request.url);
    if (page > 1) url.searchParams.set('page', String(page));
    const answer = await answerOf(options, { ...request, url }, signal);
    const list = jsonOf(answer, request);
    if (!Array.isArray(list))
      throw new DeliveryError('passing', `failed to ${request.purpose}: not answered by a list`);
    yield* list.filter(isJsonObject);
    // A service may put less on a page than it is asked for; only the header says whether there is another one.
    if (!/rel="?next"?/.test(answer.headers.link ?? '')) return;
  }
}

async function answerOf(options: GitApiOptions, request: ApiRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const { purpose, mayBeAbsent = false } = request;
  let { answer, credentials } = await attempt(options, request, signal);
  if (answer.status === UNAUTHORIZED && options.renew !== undefined) {
    options.renew();
    ({ answer, credentials } = await attempt(options, request, signal));
  }
  if (answer.status === NOT_FOUND && mayBeAbsent) return { ...answer, text: '' };
  const failure = `failed to ${purpose}`;
  options.check?.(answer, failure);
  if (MOVED.has(answer.status)) {
    throw new DeliveryError('final', `${failure}: the repository has moved, change the Provider's address`);
  }
  checkStatus({ ...answer, text: redact(answer.text, credentials) }, `${failure}: status code`);
  return answer;
}

interface Attempt {
  readonly answer: HttpAnswer;
  /** An answer may quote them, and an error quotes the answer. */
  readonly credentials: readonly string[];
}

async function attempt(options: GitApiOptions, request: ApiRequest, signal: AbortSignal): Promise<Attempt> {
  const { method = 'GET', url, body } = request;
  const common = await options.headers(signal);
  const ofBody = method === 'GET' || method === 'OPTIONS' ? {} : contentType(options);
  const headers: Readonly<Record<string, string>> = { ...common, ...ofBody, ...request.headers };
  const content = body === undefined ? {} : { body: goJson(body) };
  const answer = await options.http.request({ method, url, headers, ...content }, signal);
  const { Authorization = '', 'Private-Token': token = '' } = headers;
  return { answer, credentials: [Authorization.replace(/^\w+ /, ''), token] };
}

function contentType({ contentType: type = 'application/json' }: GitApiOptions) {
  return { 'Content-Type': type };
}

function jsonOf({ status, text }: HttpAnswer, { purpose, method = 'GET' }: ApiRequest): unknown {
  if (text === '' || status === NO_CONTENT) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // What was written is written, whatever a proxy makes of the answer.
    if (method !== 'GET' && method !== 'OPTIONS') return undefined;
    throw new DeliveryError('passing', `failed to ${purpose}: answered by something else than JSON`);
  }
}
