import { describe, expect, it } from 'vitest';
import { isForgeableKey } from '../../../operator/verify/is-forgeable-key.ts';

const rsa = (...exponent: number[]) => ({ kty: 'RSA', n: 'AQAB', e: Buffer.from(exponent).toString('base64url') });

describe('isForgeableKey', () => {
  it.each([
    ['65537', rsa(1, 0, 1)],
    ['3', rsa(3)],
    ['65537 with zeros before it', rsa(0, 0, 1, 0, 1)],
    ['no exponent, of another kind of key', { kty: 'EC', crv: 'P-256' }],
    ['an even one, of another kind of key', { kty: 'oct', e: 'Ag' }],
  ])('does not hold for %s', (_what, key) => {
    expect(isForgeableKey(key)).toBe(false);
  });

  it.each([
    ['1', rsa(1)],
    ['1 with zeros before it', rsa(0, 0, 1)],
    ['0', rsa(0)],
    ['none at all', rsa()],
    ['2', rsa(2)],
    ['65536', rsa(1, 0, 0)],
  ])('holds for %s', (_what, key) => {
    expect(isForgeableKey(key)).toBe(true);
  });
});
