/** Kubernetes' metav1.Status, as an API server sends it with an error. */
export interface Status {
  status?: string;
  message?: string;
  reason?: string;
  code?: number;
  details?: { retryAfterSeconds?: number };
}

/** The API server answered, and the answer is an error. */
export class ApiError extends Error {
  readonly code = 'ApiError';
  /** The HTTP status. */
  readonly httpStatus: number;
  /** metav1.StatusReason (`NotFound`, `Conflict`, `Expired`, …), or empty. */
  readonly reason: string;
  /** What Retry-After or `details.retryAfterSeconds` asks for; undefined where neither is there. */
  readonly retryAfterMs: number | undefined;
  readonly status: Status | undefined;

  constructor(httpStatus: number, status: Status | undefined, retryAfterMs: number | undefined) {
    super(status?.message ?? `the API server answered ${httpStatus}`);
    this.name = 'ApiError';
    this.httpStatus = httpStatus;
    this.status = status;
    this.reason = status?.reason ?? '';
    this.retryAfterMs = retryAfterMs;
  }
}

/** No answer: the API server is away, the connection broke, or the time ran out. */
export class ConnectionError extends Error {
  readonly code = 'ConnectionError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConnectionError';
  }
}

/** Whether the API server answered 404: no such object, or no such kind. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.httpStatus === 404;
}

/** Whether the API server answered 403: the operator lacks the right, or an admission webhook refused. */
export function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.httpStatus === 403;
}

/** Whether the API server answered 409: the object changed since it was read, or exists already. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.httpStatus === 409;
}

/**
 * Whether the same call may well succeed later although nothing changes: no answer, too many requests, or a server that
 * says of itself that it is not able (5xx).
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  return error instanceof ApiError && (error.httpStatus === 429 || error.httpStatus >= 500);
}
