import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OidcProvider } from '../../../operator/api/receiver/receiver.ts';
import { createIssuers } from '../../../operator/verify/create-issuers.ts';
import { createGenericOidc } from '../../../operator/webhooks/generic-oidc.ts';
import type { WebhookType } from '../../../operator/webhooks/webhook-type.ts';
import { type Misbehaviour, type OidcIssuer, type SignOptions, startOidcIssuer } from '../../support/oidc-issuer.ts';
import { headVerdictOf, settingsOf, verdictOf } from '../../support/verdict-of.ts';
import { webhookRequest } from '../../support/webhook-request.ts';

const ANYONE = [{ expression: 'true', message: 'never' }];
const REPOSITORY = { repository: 'team/webapp', ref: 'refs/heads/main', environment: 'production' };

let issuer: OidcIssuer;
let other: OidcIssuer;
let nowMs: number;
let type: WebhookType;

beforeAll(async () => {
  [issuer, other] = await Promise.all([startOidcIssuer(), startOidcIssuer({ audience: 'flux', alg: 'RS256' })]);
});
beforeEach(() => {
  nowMs = Date.now();
  issuer.misbehaviour = undefined;
  issuer.algorithms = ['ES256'];
  type = createGenericOidc({ issuers: createIssuers({ now: () => nowMs }), now: () => nowMs });
});
afterAll(() => Promise.all([issuer.close(), other.close()]));

const provider = (more: Partial<OidcProvider> = {}): OidcProvider => ({
  issuerURL: issuer.url,
  validations: ANYONE,
  ...more,
});
const settings = (...oidcProviders: OidcProvider[]) =>
  settingsOf({ oidcProviders: oidcProviders.length === 0 ? [provider()] : oidcProviders });
const bearer = (token: string) => webhookRequest({ headers: { Authorization: `Bearer ${token}` } });
const signed = async (options: SignOptions = {}) =>
  bearer(await issuer.sign({ ...options, claims: { ...REPOSITORY, ...options.claims } }));

describe('generic-oidc', () => {
  it('accepts a token and gives its claims', async () => {
    const request = await signed();
    const verifier = type.prepare(settings());
    expect(await verifier.head(request)(request.body)).toEqual({
      claims: expect.objectContaining({ iss: issuer.url, aud: 'notification-controller', ...REPOSITORY }),
    });
  });

  it.each([
    ['a list of audiences', { aud: ['other', 'notification-controller'] }],
    ['an nbf within five minutes', { nbf: Math.floor(Date.now() / 1000) + 240 }],
    ['claims of any shape', { deep: { list: [1, null, { a: true }] }, __proto__x: 'y' }],
  ])('accepts a token with %s', async (_what, claims) => {
    expect(await verdictOf(type, settings(), await signed({ claims }))).toBe('accepted');
  });

  it('takes the provider that issued the token, with its own audience', async () => {
    const both = settings(provider(), provider({ issuerURL: other.url, audience: 'flux' }));
    expect(await verdictOf(type, both, await signed())).toBe('accepted');
    expect(await verdictOf(type, both, bearer(await other.sign()))).toBe('accepted');
    expect(await verdictOf(type, both, await signed({ claims: { aud: 'flux' } }))).toBe('TokenRejected');
  });

  it('expects the default audience where an empty one is written, as Flux does', async () => {
    const empty = settings(provider({ audience: '' }));
    expect(await verdictOf(type, empty, await signed())).toBe('accepted');
    expect(await verdictOf(type, empty, await signed({ claims: { aud: '' } }))).toBe('TokenRejected');
  });

  it('holds the times of a token against when a broker says it was sent', async () => {
    const { head } = type.prepare(settings());
    const request = await signed({ claims: { iat: 1_000, exp: 2_000 } });
    const verdictAt = (sentAtMs: number) => {
      try {
        head({ ...request, sentAtMs });
        return 'in time';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect([verdictAt(1_999_000), verdictAt(2_001_000)]).toEqual(['in time', 'TokenRejected']);
  });

  it.each<[string, SignOptions]>([
    ['another issuer', { claims: { iss: 'https://issuer.example.com' } }],
    ['no issuer', { claims: { iss: undefined } }],
    ['another audience', { claims: { aud: 'other' } }],
    ['an audience that contains it', { claims: { aud: 'notification-controller-2' } }],
    ['a list of other audiences', { claims: { aud: ['a', 'b'] } }],
    ['no audience', { claims: { aud: undefined } }],
    ['an audience that is an object', { claims: { aud: { 'notification-controller': true } } }],
    ['an expiry that was a second ago', { claims: { exp: Math.floor(Date.now() / 1000) - 1 } }],
    ['no expiry', { claims: { exp: undefined } }],
    ['an nbf in ten minutes', { claims: { nbf: Math.floor(Date.now() / 1000) + 600 } }],
  ])('refuses a token with %s before the body is read, and asks nobody', async (_what, options) => {
    const before = { ...issuer.asked };
    expect(headVerdictOf(type, settings(), await signed(options))).toBe('TokenRejected');
    expect(issuer.asked).toEqual(before);
  });

  it.each([
    ['no token', webhookRequest({}), 'SignatureMissing'],
    ['another scheme', webhookRequest({ headers: { Authorization: 'Basic YTpi' } }), 'SignatureMalformed'],
    ['what is no token', bearer('x'), 'SignatureMalformed'],
    ['a token of absurd length', bearer(`${'a'.repeat(100_000)}.b.c`), 'SignatureMalformed'],
    [
      'two headers',
      webhookRequest({ headers: { Authorization: ['Bearer a.b.c', 'Bearer a.b.c'] } }),
      'SignatureAmbiguous',
    ],
  ])('refuses %s before the body is read', (_what, request, code) => {
    expect(headVerdictOf(type, settings(), request)).toBe(code);
  });

  it('refuses everybody when there is no provider', async () => {
    const verifier = type.prepare(settingsOf({}));
    const request = await signed();
    expect(() => verifier.head(request)).toThrow(expect.objectContaining({ code: 'TokenRejected' }));
  });
});

describe('the signature of a generic-oidc token', () => {
  const unsigned = async () => {
    const [, claims] = (await issuer.sign()).split('.');
    return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`;
  };

  it('is required', async () => {
    expect(await verdictOf(type, settings(), bearer(await unsigned()))).toBe('TokenRejected');
    expect(await verdictOf(type, settings(), bearer(`${await unsigned()}AA`))).toBe('TokenRejected');
  });

  it('is never one with a shared secret, even if the issuer lists it', async () => {
    issuer.algorithms = ['HS256', 'none'];
    const key = new TextEncoder().encode(JSON.stringify(issuer.jwksUrl));
    const request = await signed({ header: { alg: 'HS256' }, key });
    expect(await verdictOf(type, settings(), request)).toBe('TokenRejected');
    expect(await verdictOf(type, settings(), bearer(await unsigned()))).toBe('TokenRejected');
  });

  it('is of an algorithm that the issuer lists', async () => {
    issuer.algorithms = ['RS256', 'ES384'];
    expect(await verdictOf(type, settings(), await signed())).toBe('TokenRejected');
  });

  it('is RS256 where the issuer lists nothing', async () => {
    other.algorithms = undefined;
    issuer.algorithms = undefined;
    const both = settings(provider(), provider({ issuerURL: other.url, audience: 'flux' }));
    expect(await verdictOf(type, both, bearer(await other.sign()))).toBe('accepted');
    expect(await verdictOf(type, both, await signed())).toBe('TokenRejected');
  });

  it("is that issuer's, whatever the token says", async () => {
    const stranger = await startOidcIssuer();
    const forged = await stranger.sign({ claims: { iss: issuer.url } });
    await stranger.close();
    expect(await verdictOf(type, settings(), bearer(forged))).toBe('TokenRejected');
  });

  it('covers the claims', async () => {
    const [header, , signature] = (await issuer.sign()).split('.');
    const [, claims] = (await issuer.sign({ claims: { sub: 'admin' } })).split('.');
    expect(await verdictOf(type, settings(), bearer(`${header}.${claims}.${signature}`))).toBe('TokenRejected');
  });

  it('is refused for an unknown kid', async () => {
    expect(await verdictOf(type, settings(), await signed({ header: { kid: 'unknown' } }))).toBe('TokenRejected');
  });

  it('is accepted of a rotated key, and no more of the old one', async () => {
    const old = await signed();
    expect(await verdictOf(type, settings(), old)).toBe('accepted');
    await issuer.rotate();
    nowMs += 11_000;
    expect(await verdictOf(type, settings(), await signed())).toBe('accepted');
    expect(await verdictOf(type, settings(), old)).toBe('TokenRejected');
  });

  it('shares what it fetched with other Receivers', async () => {
    const before = { ...issuer.asked };
    for (let receiver = 0; receiver < 5; receiver++) await verdictOf(type, settings(), await signed());
    expect(issuer.asked).toEqual({ ...before, discovery: before.discovery + 1, jwks: before.jwks + 1 });
  });
});

describe('an issuer of generic-oidc tokens', () => {
  it.each<[Misbehaviour, string]>([
    ['redirect', 'IssuerUnreachable'],
    ['huge', 'IssuerUnreachable'],
    ['error', 'IssuerUnreachable'],
    ['not-json', 'IssuerInvalid'],
    ['other-issuer', 'IssuerInvalid'],
    ['no-keys', 'IssuerInvalid'],
  ])('that misbehaves (%s) proves nothing', async (misbehaviour, code) => {
    issuer.misbehaviour = misbehaviour;
    expect(await verdictOf(type, settings(), await signed())).toBe(code);
    expect(issuer.asked.elsewhere).toBe(0);
  });

  it('that is down proves nothing, and is asked again when it is back', async () => {
    const down = await startOidcIssuer();
    const token = await down.sign();
    await down.close();
    const gone = settings(provider({ issuerURL: down.url }));
    expect(await verdictOf(type, gone, bearer(token))).toBe('IssuerUnreachable');
    issuer.misbehaviour = 'error';
    expect(await verdictOf(type, settings(), await signed())).toBe('IssuerUnreachable');
    issuer.misbehaviour = undefined;
    nowMs += 2_000;
    expect(await verdictOf(type, settings(), await signed())).toBe('accepted');
  });

  it('is not asked at a link-local address', async () => {
    const claims = { iss: 'http://169.254.169.254' };
    const metadata = settings(provider({ issuerURL: 'http://169.254.169.254' }));
    expect(await verdictOf(type, metadata, await signed({ claims }))).toBe('IssuerUnreachable');
  });

  it('is not asked before a token comes', async () => {
    const before = { ...issuer.asked };
    type.prepare(settings());
    expect(issuer.asked).toEqual(before);
  });
});

describe('the CEL of a generic-oidc provider', () => {
  it.each<[string, Partial<OidcProvider>, string]>([
    [
      'a claim',
      { validations: [{ expression: "claims.repository == 'team/webapp'", message: 'repository' }] },
      'accepted',
    ],
    [
      'another claim',
      { validations: [{ expression: "claims.repository == 'x/y'", message: 'repository' }] },
      'VerificationFailed',
    ],
    [
      'every validation, of which one fails',
      { validations: [...ANYONE, { expression: "claims.environment == 'staging'", message: 'environment' }] },
      'VerificationFailed',
    ],
    [
      'a variable, and one that uses it',
      {
        variables: [
          { name: 'parts', expression: "claims.repository.split('/')" },
          { name: 'owner', expression: 'vars.parts[0]' },
        ],
        validations: [{ expression: "vars.owner == 'team'", message: 'owner' }],
      },
      'accepted',
    ],
    [
      'a variable that comes later',
      {
        variables: [
          { name: 'a', expression: 'vars.b' },
          { name: 'b', expression: '1' },
        ],
      },
      'VerificationFailed',
    ],
    [
      'a claim that is missing',
      { validations: [{ expression: "claims.nothing == 'x'", message: 'x' }] },
      'VerificationFailed',
    ],
    [
      'a claim that may be missing',
      { validations: [{ expression: '!has(claims.nothing)', message: 'x' }] },
      'accepted',
    ],
    ['a variable that fails', { variables: [{ name: 'a', expression: 'claims.nothing' }] }, 'VerificationFailed'],
  ])('sees %s', async (_what, more, verdict) => {
    expect(await verdictOf(type, settings(provider(more)), await signed())).toBe(verdict);
  });

  it('says all that does not hold', async () => {
    const validations = [
      { expression: "claims.repository == 'x/y'", message: 'wrong repository' },
      { expression: 'true', message: 'never' },
      { expression: 'false', message: 'wrong day' },
    ];
    const request = await signed();
    const judgeBody = type.prepare(settings(provider({ validations }))).head(request);
    await expect(judgeBody(request.body)).rejects.toThrow(/^wrong repository; wrong day$/);
  });

  it.each<[string, Partial<OidcProvider>, RegExp]>([
    [
      'a variable',
      { variables: [{ name: 'owner', expression: '1 +' }] },
      /oidcProviders\[0\].*variables\[0\] \(owner\)/,
    ],
    ['a validation', { validations: [{ expression: ')', message: 'm' }] }, /oidcProviders\[0\].*validations\[0\]/],
    ['a type', { validations: [...ANYONE, { expression: "'text'", message: 'm' }] }, /validations\[1\]/],
    ['an unknown variable', { validations: [{ expression: 'req.a == 1', message: 'm' }] }, /validations\[0\]/],
  ])('is refused with its place when it is wrong in %s', (_what, more, message) => {
    expect(() => type.prepare(settings(provider(more)))).toThrow(
      expect.objectContaining({ code: 'InvalidCELExpression', message: expect.stringMatching(message) }),
    );
  });

  it('is refused when there is no validation, which would let in every token of the issuer', () => {
    expect(() => type.prepare(settings(provider({ validations: [] })))).toThrow(
      expect.objectContaining({ code: 'ValidationFailed' }),
    );
  });

  it.each<[string, Partial<OidcProvider>]>([
    ['validations[0].message', { validations: [{ expression: 'true', message: '' }] }],
    ['validations[1].expression', { validations: [...ANYONE, { expression: '', message: 'm' }] }],
    ['variables[0].name', { variables: [{ name: '', expression: '1' }] }],
    ['variables[0].expression', { variables: [{ name: 'a', expression: '' }] }],
  ])('is refused when %s is empty', (place, more) => {
    expect(() => type.prepare(settings(provider(more)))).toThrow(
      expect.objectContaining({
        code: 'ValidationFailed',
        message: expect.stringContaining(`${place}: must not be empty`),
      }),
    );
  });

  it('takes GET and PUT beside POST', () => {
    expect(type.methods).toEqual(['POST', 'GET', 'PUT']);
  });

  it('cannot change a prototype by the name of a variable', async () => {
    const more = {
      variables: [{ name: '__proto__', expression: "{'admin': true}" }],
      validations: [{ expression: '!has(vars.admin)', message: 'm' }],
    };
    expect(await verdictOf(type, settings(provider(more)), await signed())).toBe('accepted');
  });
});
