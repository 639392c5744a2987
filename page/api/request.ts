/** Asks the API, with the token if there is one. */
import { token } from '../state/token.ts';

/** The API's answer was not what was asked for (RFC 9457), or there was none. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  /** Of the answer; 0: there was none. */
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

/** Of what `path` is relative to; the page may be served below any path. */
const PREFIX = 'api/v1/';

/** Headers that every request of the page carries. */
export function authorization(): Record<string, string> {
  return token.value === '' ? {} : { Authorization: `Bearer ${token.value}` };
}

/** Where a network is gone, an answer may never come, nor an end of waiting for it. */
const PATIENCE_MS = 30_000;

/**
 * The answer itself, for those who read it piece by piece.
 * @param ended whoever asked wants it no longer: then the error is the browser's own.
 * @throws ProblemError
 */
export async function open(path: string, init: RequestInit, ended?: AbortSignal): Promise<Response> {
  const headers = { Accept: 'application/json', ...authorization(), ...(init.headers as Record<string, string>) };
  const response = await heard(() => fetch(PREFIX + path, { cache: 'no-store', ...init, headers }), ended);
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** @throws ProblemError */
export function get<Answer>(path: string, ended?: AbortSignal): Promise<Answer> {
  return ask(path, {}, ended);
}

/** @throws ProblemError */
export function post<Answer>(path: string, body: unknown, ended?: AbortSignal): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json' };
  return ask(path, { method: 'POST', headers, body: JSON.stringify(body) }, ended);
}

async function ask<Answer>(path: string, init: RequestInit, ended: AbortSignal | undefined): Promise<Answer> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const signal = ended === undefined ? patience : AbortSignal.any([ended, patience]);
  const response = await open(path, { ...init, signal }, ended);
  return (await heard(() => response.json(), ended)) as Answer;
}

async function heard<T>(answer: () => Promise<T>, ended: AbortSignal | undefined): Promise<T> {
  try {
    return await answer();
  } catch (error) {
    if (ended?.aborted) throw error;
    throw new ProblemError(0, 'Unreachable', 'The operator does not answer');
  }
}

async function problemOf(response: Response): Promise<ProblemError> {
  const text = await response.text();
  try {
    const { code, detail, title } = JSON.parse(text) as Record<string, string | undefined>;
    return new ProblemError(response.status, code ?? '', detail ?? title ?? response.statusText);
  } catch {
    return new ProblemError(response.status, '', response.statusText || `HTTP ${response.status}`);
  }
}
