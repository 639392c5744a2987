import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenEquals } from '../../../operator/verify/token-equals.ts';

describe('tokenEquals', () => {
  it.each([
    ['the same', 'abc', Buffer.from('abc'), true],
    ['the first byte', 'xbc', Buffer.from('abc'), false],
    ['the last byte', 'abx', Buffer.from('abc'), false],
    ['a beginning', 'ab', Buffer.from('abc'), false],
    ['a longer one', 'abcd', Buffer.from('abc'), false],
    ['letter case', 'ABC', Buffer.from('abc'), false],
    ['a line break at the end of the token', 'abc', Buffer.from('abc\n'), false],
    ['bytes beyond ASCII, one character each', 'caf\xc3\xa9', Buffer.from('café'), true],
    ['bytes that are no text', '\xff\x80', Buffer.from([0xff, 0x80]), true],
  ])('compares byte for byte: %s', (_what, value, token, expected) => {
    expect(tokenEquals(value, token)).toBe(expected);
  });

  it('is equality of bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8 }), fc.uint8Array({ maxLength: 8 }), (a, b) => {
        const value = Buffer.from(a).toString('latin1');
        expect(tokenEquals(value, Buffer.from(b))).toBe(Buffer.compare(a, b) === 0);
        expect(tokenEquals(value, Buffer.from(a))).toBe(true);
      }),
    );
  });
});
