import { RequestError } from '../api/errors.ts';
import { singleHeader } from './single-header.ts';

const PREFIX = 'Bearer ';
/** Far above any ID token in use, far below what the header limit lets through. */
const MAX_LENGTH = 32_768;

/**
 * The token of `Authorization: Bearer <token>` (RFC 6750), the scheme written exactly so.
 *
 * @throws RequestError SignatureMissing, SignatureAmbiguous, SignatureMalformed
 */
export function bearerToken(head: { readonly rawHeaders: readonly string[] }): string {
  const value = singleHeader(head, 'authorization');
  if (value === undefined) throw new RequestError('SignatureMissing', 'no Authorization header');
  if (!value.startsWith(PREFIX)) throw new RequestError('SignatureMalformed', 'Authorization is not a bearer token');
  const token = value.slice(PREFIX.length).trim();
  if (token === '') throw new RequestError('SignatureMissing', 'the bearer token is empty');
  if (token.length > MAX_LENGTH) throw new RequestError('SignatureMalformed', 'the bearer token is too long');
  return token;
}
