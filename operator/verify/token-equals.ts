import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Whether a header's value is the token, byte for byte. Digests are compared, so that the time tells neither where the
 * two differ nor how long the token is.
 *
 * @param value as node:http gives it: one character a byte (latin1).
 */
export function tokenEquals(value: string, token: Buffer): boolean {
  return timingSafeEqual(sha256(Buffer.from(value, 'latin1')), sha256(token));
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
