import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hmacMatches } from '../../../operator/verify/hmac-matches.ts';

// RFC 2202 and RFC 4231, test case 2.
const KEY = createSecretKey(Buffer.from('Jefe'));
const BODY = Buffer.from('what do ya want for nothing?');
const digests = {
  sha1: 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
  sha256: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  sha512:
    '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
} as const;

describe('hmacMatches', () => {
  it.each(['sha1', 'sha256', 'sha512'] as const)("knows the RFCs' %s digest", (algorithm) => {
    expect(hmacMatches({ algorithm, digest: Buffer.from(digests[algorithm], 'hex') }, KEY, BODY)).toBe(true);
  });

  it.each([
    ['the first byte', (digest: Buffer) => digest.fill((digest[0] ?? 0) ^ 1, 0, 1)],
    ['the last byte', (digest: Buffer) => digest.fill((digest[31] ?? 0) ^ 1, 31)],
    ['a byte too few', (digest: Buffer) => digest.subarray(0, 31)],
    ['a byte too many', (digest: Buffer) => Buffer.concat([digest, Buffer.alloc(1)])],
    ['nothing at all', () => Buffer.alloc(0)],
  ])('refuses a digest that differs in %s', (_what, change) => {
    const digest = change(Buffer.from(digests.sha256, 'hex'));
    expect(hmacMatches({ algorithm: 'sha256', digest }, KEY, BODY)).toBe(false);
  });

  it('refuses every other digest', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const digest = Buffer.from(bytes);
        fc.pre(digest.toString('hex') !== digests.sha256);
        expect(hmacMatches({ algorithm: 'sha256', digest }, KEY, BODY)).toBe(false);
      }),
    );
  });
});
