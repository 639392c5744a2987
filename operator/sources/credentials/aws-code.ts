/** Finds what Amazon's SDK threw for: the one thing of it that may be shown. */
import { RefusedAddressError } from '../../verify/guarded-lookup.ts';

interface SdkError extends Error {
  /** Of a connection: `ECONNREFUSED`. */
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** A request that carries a token would have left without TLS. */
export class NotOverTlsError extends Error {
  constructor() {
    super('a token is sent over TLS only');
    this.name = 'NotOverTlsError';
  }
}

const CODE = /^[A-Za-z0-9_.]{1,64}$/;
/** Names of errors that are no code of an answer. */
const GENERAL = new Set(['Error', 'SyntaxError', 'TypeError', 'Unknown', 'UnknownError']);

/** @returns the code of an answer or of a connection; without one, the answer's status, or that there was none. */
export function awsCodeOf(error: unknown): string {
  if (error instanceof AggregateError) return awsCodeOf(error.errors[0]);
  if (!(error instanceof Error)) return 'no answer';
  if (error instanceof RefusedAddressError) return 'the address is link-local';
  if (error instanceof NotOverTlsError) return error.message;
  const { name, code, cause, $metadata } = error as SdkError;
  const status = $metadata?.httpStatusCode;
  if (status === undefined && typeof code === 'string' && CODE.test(code)) return code;
  if (CODE.test(name) && !GENERAL.has(name) && !name.endsWith('ServiceException')) return name;
  if (status !== undefined) return `status ${status}`;
  return cause === undefined ? 'no answer' : awsCodeOf(cause);
}

/** Whether there was an answer, and it says that the request was wrong, not the service. */
export function isAwsRefusal(error: unknown): boolean {
  const { $metadata } = (error ?? {}) as Partial<SdkError>;
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500 && status !== 429;
}
