import { describe, expect, it } from 'vitest';
import { parseDiscovery } from '../../../operator/verify/parse-discovery.ts';

const ISSUER = 'https://issuer.example.com';
const document = (more: object = {}) => ({ issuer: ISSUER, jwks_uri: `${ISSUER}/keys`, ...more });

describe('parseDiscovery', () => {
  it.each([
    ['lists', { id_token_signing_alg_values_supported: ['ES256', 'EdDSA'] }, ['ES256', 'EdDSA']],
    ['lists among others', { id_token_signing_alg_values_supported: ['none', 'HS256', 'PS512', 7] }, ['PS512']],
    ['lists none of', { id_token_signing_alg_values_supported: ['none', 'HS256'] }, ['RS256']],
    ['says nothing of', {}, ['RS256']],
    ['says nonsense of', { id_token_signing_alg_values_supported: 'ES256' }, ['RS256']],
  ])('allows no shared secret and no missing signature: an issuer that %s the good ones', (_what, more, algorithms) => {
    expect(parseDiscovery(document(more), ISSUER)).toEqual({ jwksUrl: `${ISSUER}/keys`, algorithms });
  });

  it.each([
    ['another issuer', document({ issuer: 'https://other.example.com' })],
    ['the issuer with a slash more', document({ issuer: `${ISSUER}/` })],
    ['the issuer in another case', document({ issuer: ISSUER.toUpperCase() })],
    ['no issuer', { jwks_uri: `${ISSUER}/keys` }],
    ['no address of keys', { issuer: ISSUER }],
    ['a list', []],
    ['null', null],
  ])('refuses %s', (_what, value) => {
    expect(() => parseDiscovery(value, ISSUER)).toThrow(expect.objectContaining({ code: 'IssuerInvalid' }));
  });
});
