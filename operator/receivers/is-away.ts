import { ApiError, ConnectionError } from '../kube/api-error.ts';

const GATEWAY = new Set([429, 502, 503, 504]);

/**
 * Whether an error says that the API server cannot be reached or is not able, rather than that it refuses: no answer,
 * overload, or its own store away (which it reports as 500 with etcd's words).
 */
export function isAway(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  if (!(error instanceof ApiError)) return false;
  return GATEWAY.has(error.httpStatus) || (error.httpStatus === 500 && error.message.includes('etcdserver'));
}

/** A starting API server, its authorizer not yet in sync, refuses what it will allow a moment later. */
export function isRefusalOfStarting(error: unknown): boolean {
  return error instanceof ApiError && (error.httpStatus === 401 || error.httpStatus === 403);
}
