import { RequestError } from '../api/errors.ts';

/** How far ahead of ours an issuer's clock may be for `nbf`. */
const NOT_BEFORE_LEEWAY_S = 300;

/**
 * `exp` is required and has no leeway; `nbf`, where it is there, has five minutes. Both in seconds since the epoch
 * (RFC 7519 4.1.4, 4.1.5).
 *
 * @throws RequestError TokenRejected
 */
export function checkValidityPeriod(claims: Readonly<Record<string, unknown>>, nowMs: number): void {
  const { exp, nbf } = claims;
  const nowS = nowMs / 1000;
  if (!isFiniteNumber(exp)) throw new RequestError('TokenRejected', 'the token has no expiry');
  if (exp <= nowS) throw new RequestError('TokenRejected', 'the token has expired');
  if (nbf === undefined || nbf === null) return;
  if (!isFiniteNumber(nbf)) throw new RequestError('TokenRejected', "the token's nbf is not a number");
  if (nbf > nowS + NOT_BEFORE_LEEWAY_S) throw new RequestError('TokenRejected', 'the token is not valid yet');
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
