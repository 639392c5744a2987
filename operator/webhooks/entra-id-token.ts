/** An ID token of Microsoft Entra in `Authorization: Bearer`, as Event Grid sends it for a subscription that asks for one. */
import { RequestError } from '../api/errors.ts';
import { bearerToken } from '../verify/bearer-token.ts';
import { checkValidityPeriod } from '../verify/check-validity-period.ts';
import type { Issuers } from '../verify/create-issuers.ts';
import { type IdToken, parseIdToken } from '../verify/parse-id-token.ts';
import type { RequestHead } from './webhook-type.ts';

export interface EntraOptions {
  readonly issuers: Issuers;
  /** Where Entra's keys are, without a slash at the end. */
  readonly authority: string;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Whose token it must be. */
export interface EntraIdentity {
  /** The id of the tenant. */
  readonly tenant: string;
  readonly audience: string;
}

export const ENTRA_AUTHORITY = 'https://login.microsoftonline.com';

/**
 * Judges what the token says.
 *
 * @returns what then checks its signature. @throws RequestError, as does the function that it returns.
 */
export function entraIdToken(
  head: RequestHead,
  identity: EntraIdentity,
  { issuers, authority, now }: EntraOptions,
): () => Promise<void> {
  const token = parseIdToken(bearerToken(head));
  const keysPath = checkClaims(token.claims, identity);
  checkValidityPeriod(token.claims, head.sentAtMs ?? now());
  const jwksUrl = `${authority}/${identity.tenant}/${keysPath}`;
  return () => issuers.checkSignature(token, { jwksUrl, algorithms: ['RS256'] });
}

/** @returns where the keys are of tokens of this version. */
function checkClaims({ iss, aud }: IdToken['claims'], { tenant, audience }: EntraIdentity): string {
  const keysPath = new Map<unknown, string>([
    [`https://sts.windows.net/${tenant}/`, 'discovery/keys'],
    [`https://login.microsoftonline.com/${tenant}/v2.0`, 'discovery/v2.0/keys'],
  ]).get(iss);
  if (keysPath === undefined) throw new RequestError('TokenRejected', "the token is not of the Secret's tenant");
  if (aud !== audience) throw new RequestError('TokenRejected', "the token's audience is not that of the Secret");
  return keysPath;
}
