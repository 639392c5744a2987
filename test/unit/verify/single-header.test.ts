import { describe, expect, it } from 'vitest';
import { singleHeader } from '../../../operator/verify/single-header.ts';

describe('singleHeader', () => {
  it('finds a header whatever its case', () => {
    expect(singleHeader({ rawHeaders: ['Host', 'x', 'X-SIGNATURE', 'abc'] }, 'x-signature')).toBe('abc');
  });

  it('does not take a value for a name', () => {
    expect(singleHeader({ rawHeaders: ['x-other', 'x-signature', 'x-more', 'abc'] }, 'x-signature')).toBeUndefined();
  });

  it.each([
    ['absent', []],
    ['empty', ['X-Signature', '']],
  ])('gives nothing for one that is %s', (_what, rawHeaders) => {
    expect(singleHeader({ rawHeaders }, 'x-signature')).toBeUndefined();
  });

  it.each([
    ['different', ['X-Signature', 'a', 'x-signature', 'b']],
    ['equal', ['X-Signature', 'a', 'X-Signature', 'a']],
    ['once empty', ['X-Signature', '', 'X-Signature', 'a']],
  ])('refuses one that is there twice, its values %s', (_what, rawHeaders) => {
    expect(() => singleHeader({ rawHeaders }, 'x-signature')).toThrow(
      expect.objectContaining({ code: 'SignatureAmbiguous' }),
    );
  });
});
