import { bearerToken } from '../verify/bearer-token.ts';
import { parseIdToken } from '../verify/parse-id-token.ts';
import type { RequestHead } from './webhook-type.ts';

/** The claims of the ID token of a request, whoever has made it. @throws RequestError where it is no ID token. */
export function unprovedClaims(head: Pick<RequestHead, 'rawHeaders'>): Readonly<Record<string, unknown>> {
  return parseIdToken(bearerToken(head)).claims;
}
