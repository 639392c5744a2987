/** Why a request is not served: a code for log and metrics, a status for the sender. */
import { httpStatusOf, RequestError } from '../../api/errors.ts';

export interface Refusal {
  /** A RequestError's code, or one of the server's own: `BodiesFull`, `InternalError`, `Malformed`, … */
  readonly code: string;
  readonly status: number;
}

/** All bodies together take what they may, and no room came free in time. */
export class BodiesFullError extends Error {
  constructor() {
    super('no room for the body');
    this.name = 'BodiesFullError';
  }
}

/** Its sender was refused too often. */
export class RefusedTooOftenError extends Error {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super('the sender was refused too often');
    this.name = 'RefusedTooOftenError';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What the sender is told to wait; undefined where there is nothing to tell. */
export function retryAfterOf(error: unknown): string | undefined {
  if (error instanceof RefusedTooOftenError) return String(error.retryAfterSeconds);
  const isFull = error instanceof BodiesFullError || (error instanceof RequestError && error.code === 'PendingFull');
  return isFull ? '1' : undefined;
}

/** The answer to a request that failed with `error`. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof RequestError) return { code: error.code, status: httpStatusOf(error.code) };
  if (error instanceof BodiesFullError) return { code: 'BodiesFull', status: 503 };
  if (error instanceof RefusedTooOftenError) return { code: 'RefusedTooOften', status: 429 };
  return { code: 'InternalError', status: 500 };
}

/** The answer to bytes that node:http could not read as a request, or not in time, by the code of its error. */
export function refusalOfParser(code: string | undefined): Refusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { code: 'HeadersTooLarge', status: 431 };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { code: 'BodyTooLarge', status: 413 };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { code: 'TimedOut', status: 408 };
    default:
      return { code: 'Malformed', status: 400 };
  }
}
