/** Says why the API server refuses to have an object written. Pure. */
import type { ApiError } from '../kube/api-error.ts';
import type { Unfulfilled } from './urls.ts';

/**
 * @param object its kind and `namespace/name`.
 * @returns undefined: a retry may succeed.
 */
export function refusal({ httpStatus, message }: ApiError, object: string): Unfulfilled | undefined {
  const words = message.replace(/\/hook\/[0-9a-f]+/g, '/hook/…');
  if (httpStatus === 403) {
    const remedy = 'grant the operator the right, by the values under exposure';
    return { reason: 'AccessDenied', message: `${object} may not be made: ${words}: ${remedy}` };
  }
  if (httpStatus !== 422) return undefined;
  return { reason: 'Invalid', message: `the API server rejects ${object}: ${words}: correct spec.exposure` };
}
