/** Tells from what Google's authentication throws why there is no token. Of an answer nothing but its code is passed on. */
import { ApiError, ConnectionError } from '../../kube/api-error.ts';
import { SourceError } from '../source-error.ts';

interface LibraryError {
  readonly status?: unknown;
  readonly code?: unknown;
  readonly response?: { readonly status?: unknown; readonly data?: unknown };
}

const CODE = /^[A-Za-z0-9_.-]{1,64}$/;
/** Node's and undici's names of what went wrong with a connection. */
const CONNECTION_CODE = /^(E[A-Z]{3,}|EAI_\w+|(UND_ERR|ERR_TLS|CERT|UNABLE|SELF_SIGNED|DEPTH_ZERO)_\w+)$/;
const TOO_MANY = 429;
const FIRST_SERVER_ERROR = 500;

/** @returns the error itself where it is none of the library's. */
export function googleErrorOf(error: unknown): Error {
  if (error instanceof SourceError || error instanceof ApiError || error instanceof ConnectionError) return error;
  const { status, response, code } = (error ?? {}) as LibraryError;
  const answered = Number(response?.status ?? status);
  const options = { cause: error };
  if (answered >= 400 && answered < FIRST_SERVER_ERROR && answered !== TOO_MANY) {
    const said = answerCode(response?.data) ?? `status ${answered}`;
    return new SourceError('AuthenticationFailed', `Google refuses the credentials: ${said}`, options);
  }
  const said = Number.isNaN(answered) ? connectionCode(code) : `status ${answered}`;
  if (said !== undefined) return new SourceError('Unreachable', `no access token of Google: ${said}`, options);
  // Nothing was asked: there is no such file, no metadata server, or a key that is none.
  return new SourceError('AuthenticationFailed', 'no access token of Google: the credentials cannot be used', options);
}

/** OAuth's `error`, or that of Google's APIs. */
function answerCode(data: unknown): string | undefined {
  const { error } = (data ?? {}) as { readonly error?: unknown };
  const code = typeof error === 'object' ? (error as { readonly status?: unknown } | null)?.status : error;
  return typeof code === 'string' && CODE.test(code) ? code : undefined;
}

function connectionCode(code: unknown): string | undefined {
  return typeof code === 'string' && CONNECTION_CODE.test(code) ? code : undefined;
}
