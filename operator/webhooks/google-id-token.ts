/** Google's ID token in `Authorization: Bearer`, as an authenticated Pub/Sub push subscription sends it. */
import { RequestError } from '../api/errors.ts';
import { bearerToken } from '../verify/bearer-token.ts';
import { checkValidityPeriod } from '../verify/check-validity-period.ts';
import type { Issuers } from '../verify/create-issuers.ts';
import { type IdToken, parseIdToken } from '../verify/parse-id-token.ts';
import type { RequestHead } from './webhook-type.ts';

export interface GoogleOptions {
  readonly issuers: Issuers;
  /** Where Google's keys are. */
  readonly jwksUrl: string;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Whose token it must be. */
export interface GoogleIdentity {
  readonly audience: string;
  readonly email: string;
}

export const GOOGLE_KEYS_URL = 'https://www.googleapis.com/oauth2/v3/certs';

const GOOGLE_ISSUERS: readonly unknown[] = ['accounts.google.com', 'https://accounts.google.com'];

/**
 * Judges what the token says.
 *
 * @returns what then checks its signature. @throws RequestError, as does the function that it returns.
 */
export function googleIdToken(
  head: RequestHead,
  identity: GoogleIdentity,
  { issuers, jwksUrl, now }: GoogleOptions,
): () => Promise<void> {
  const token = parseIdToken(bearerToken(head));
  checkClaims(token.claims, identity);
  checkValidityPeriod(token.claims, head.sentAtMs ?? now());
  return () => issuers.checkSignature(token, { jwksUrl, algorithms: ['RS256'] });
}

function checkClaims(claims: IdToken['claims'], { audience, email }: GoogleIdentity): void {
  const refuse = (message: string) => new RequestError('TokenRejected', message);
  if (!GOOGLE_ISSUERS.includes(claims.iss)) throw refuse('the token is not from Google');
  if (claims.aud !== audience) throw refuse("the token's audience is not that of the Secret");
  if (claims.email !== email) throw refuse("the token's email is not that of the Secret");
  if (claims.email_verified !== true) throw refuse("the token's email is not verified");
}
