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

/** The answer itself, for those who read it piece by piece. @throws ProblemError */
export async function open(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { Accept: 'application/json', ...authorization(), ...(init.headers as Record<string, string>) };
  let response: Response;
  try {
    response = await fetch(PREFIX + path, { cache: 'no-store', ...init, headers });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ProblemError(0, 'Unreachable', 'The operator does not answer');
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** @throws ProblemError */
export async function get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  const response = await open(path, signal === undefined ? {} : { signal });
  return (await response.json()) as Answer;
}

/** @throws ProblemError */
export async function post<Answer>(path: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
  const response = await open(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
  return (await response.json()) as Answer;
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
