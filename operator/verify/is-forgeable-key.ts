import type { JWK } from 'jose';

/**
 * Whether anybody can sign for this RSA key, because its exponent is none of RSA's: with 1 a signature is the padded
 * digest itself. Like Go's `crypto/rsa`, no exponent below 2 is taken, and no even one.
 */
export function isForgeableKey({ kty, e }: JWK): boolean {
  if (kty !== 'RSA' || typeof e !== 'string') return false;
  const digits = Buffer.from(e, 'base64url').toString('hex');
  const exponent = BigInt(`0x${digits || '0'}`);
  return exponent < 2n || exponent % 2n === 0n;
}
