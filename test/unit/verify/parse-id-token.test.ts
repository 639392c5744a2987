import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../operator/api/errors.ts';
import { parseIdToken } from '../../../operator/verify/parse-id-token.ts';

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = part({ alg: 'RS256', kid: 'a' });

describe('parseIdToken', () => {
  it('reads the algorithm and the claims', () => {
    const raw = `${header}.${part({ iss: 'x', n: { m: [1] } })}.c2ln`;
    expect(parseIdToken(raw)).toEqual({ raw, algorithm: 'RS256', claims: { iss: 'x', n: { m: [1] } } });
  });

  it.each([
    ['one part', 'abc'],
    ['two parts', `${header}.${part({})}`],
    ['four parts', `${header}.${part({})}.a.b`],
    ['an empty header', `.${part({})}.a`],
    ['an empty payload', `${header}..a`],
    ['a payload that is not base64url', `${header}.e30=.a`],
    ['a payload that is not JSON', `${header}.${Buffer.from('x').toString('base64url')}.a`],
    ['a payload that is a list', `${header}.${part([])}.a`],
    ['a number beyond a double', `${header}.${Buffer.from('{"exp":1e400}').toString('base64url')}.a`],
    ['a payload that is null', `${header}.${part(null)}.a`],
    ['a header without an algorithm', `${part({})}.${part({})}.a`],
    ['an algorithm that is not text', `${part({ alg: ['RS256'] })}.${part({})}.a`],
  ])('refuses %s', (_what, raw) => {
    expect(() => parseIdToken(raw)).toThrow(expect.objectContaining({ code: 'SignatureMalformed' }));
  });

  it('refuses a header that must be understood, since none is', () => {
    const raw = `${part({ alg: 'RS256', crit: ['b64'], b64: false })}.${part({})}.a`;
    expect(() => parseIdToken(raw)).toThrow(expect.objectContaining({ code: 'TokenRejected' }));
  });

  it('throws nothing but coded errors', () => {
    const anyPart = fc.oneof(
      fc.string(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    );
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 5 }), (parts) => {
        try {
          parseIdToken(parts.join('.'));
        } catch (error) {
          expect(error).toBeInstanceOf(RequestError);
        }
      }),
    );
  });
});
