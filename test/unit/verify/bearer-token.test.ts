import { describe, expect, it } from 'vitest';
import { bearerToken } from '../../../operator/verify/bearer-token.ts';

const head = (...values: string[]) => ({ rawHeaders: values.flatMap((value) => ['Authorization', value]) });

describe('bearerToken', () => {
  it.each([
    ['as it is', 'Bearer abc.def.ghi'],
    ['with spaces around', 'Bearer   abc.def.ghi '],
  ])('reads it %s', (_what, value) => {
    expect(bearerToken(head(value))).toBe('abc.def.ghi');
  });

  it.each([
    ['no header', head(), 'SignatureMissing'],
    ['no token', head('Bearer '), 'SignatureMissing'],
    ['another scheme', head('Basic YTpi'), 'SignatureMalformed'],
    ['no scheme', head('abc.def.ghi'), 'SignatureMalformed'],
    ['the scheme alone', head('Bearer'), 'SignatureMalformed'],
    ['two headers', head('Bearer a', 'Bearer a'), 'SignatureAmbiguous'],
    ['a token of absurd length', head(`Bearer ${'x'.repeat(40_000)}`), 'SignatureMalformed'],
  ])('refuses %s', (_what, request, code) => {
    expect(() => bearerToken(request)).toThrow(expect.objectContaining({ code }));
  });
});
