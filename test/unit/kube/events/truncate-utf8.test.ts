import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { truncateUtf8 } from '../../../../operator/kube/events/truncate-utf8.ts';

describe('truncateUtf8', () => {
  it.each([
    ['what fits stays', 'abc', 3, 'abc'],
    ['what is too long ends with an ellipsis', 'abcdefgh', 6, 'abc…'],
    ['two-byte characters that fit exactly stay', 'äöü', 6, 'äöü'],
    ['a two-byte character is not cut in half', 'äöüß', 6, 'ä…'],
    ['a four-byte character is not cut in half', 'a😀bcd', 7, 'a…'],
  ])('%s', (_name, text, maxBytes, expected) => {
    expect(truncateUtf8(text, maxBytes)).toBe(expected);
  });

  it('never exceeds the limit and never breaks a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 3, max: 80 }), (text, maxBytes) => {
        const cut = truncateUtf8(text, maxBytes);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(maxBytes);
        expect(cut === text || text.startsWith(cut.slice(0, -1))).toBe(true);
        expect(cut.isWellFormed()).toBe(true);
      }),
    );
  });
});
