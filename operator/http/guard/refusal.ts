/** Why a request is not served: a code for log and metrics, and the status of its answer. */
import { httpStatusOf, RequestError, type RequestErrorCode } from '../../api/errors.ts';

export interface Refusal {
  readonly code: RequestErrorCode;
  readonly status: number;
}

/** The answer to a request that failed with `error`. */
export function refusalOf(error: unknown): Refusal {
  return refusalBy(error instanceof RequestError ? error.code : 'InternalError');
}

/** The answer to bytes that node:http could not read as a request, or not in time, by the code of its error. */
export function refusalOfParser(code: string | undefined): Refusal {
  return refusalBy((code === undefined ? undefined : parserCodes[code]) ?? 'Malformed');
}

const parserCodes: Readonly<Record<string, RequestErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'HeadersTooLarge',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'BodyTooLarge',
  ERR_HTTP_REQUEST_TIMEOUT: 'TimedOut',
};

function refusalBy(code: RequestErrorCode): Refusal {
  return { code, status: httpStatusOf(code) };
}
