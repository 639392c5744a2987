import { describe, expect, it } from 'vitest';
import { parseSignature } from '../../../operator/verify/parse-signature.ts';

const sha1 = 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79';

describe('parseSignature', () => {
  it.each([
    ['lower case', `sha1=${sha1}`],
    ['upper case', `sha1=${sha1.toUpperCase()}`],
  ])('takes hex digits in %s', (_what, value) => {
    expect(parseSignature(value)).toEqual({ algorithm: 'sha1', digest: Buffer.from(sha1, 'hex') });
  });

  it.each([
    ['sha256', 32],
    ['sha512', 64],
  ] as const)('takes %s with %i bytes', (algorithm, bytes) => {
    expect(parseSignature(`${algorithm}=${'0a'.repeat(bytes)}`)).toEqual({
      algorithm,
      digest: Buffer.alloc(bytes, 0x0a),
    });
  });

  it('misses one that is not there', () => {
    expect(() => parseSignature(undefined)).toThrow(expect.objectContaining({ code: 'SignatureMissing' }));
  });

  it.each([
    ['no algorithm', sha1],
    ['an unknown algorithm', `md5=${'00'.repeat(16)}`],
    ['an algorithm in capitals', `SHA1=${sha1}`],
    ['a name that every object has', `constructor=${sha1}`],
    ['an empty algorithm', `=${sha1}`],
    ['no digest', 'sha1='],
    ['a digit too few', `sha1=${sha1.slice(1)}`],
    ['a byte too few', `sha1=${sha1.slice(2)}`],
    ['a byte too many', `sha1=${sha1}00`],
    ["another algorithm's length", `sha256=${sha1}`],
    ['what is not hex', `sha1=${'zz'.repeat(20)}`],
    ['a line break at the end', `sha1=${sha1}\n`],
    ['a second equals sign', `sha1==${sha1.slice(1)}`],
    ['a space before the digest', `sha1= ${sha1.slice(1)}`],
  ])('refuses %s', (_what, value) => {
    expect(() => parseSignature(value)).toThrow(expect.objectContaining({ code: 'SignatureMalformed' }));
  });
});
