import { createHash, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIssuers } from '../../../operator/verify/create-issuers.ts';
import { parseIdToken } from '../../../operator/verify/parse-id-token.ts';
import { type OidcIssuer, type SignOptions, startOidcIssuer } from '../../support/oidc-issuer.ts';

let issuer: OidcIssuer;
let nowMs: number;
let issuers: ReturnType<typeof createIssuers>;

beforeEach(async () => {
  issuer = await startOidcIssuer();
  nowMs = 0;
  issuers = createIssuers({ now: () => nowMs });
});
afterEach(() => issuer.close());

async function check(options?: SignOptions): Promise<void> {
  const token = parseIdToken(await issuer.sign(options));
  await issuers.checkSignature(token, await issuers.discover(issuer.url));
}

const rejected = expect.objectContaining({ code: 'TokenRejected' });

/** A token that nobody signed: with an exponent of 1 the signature is the padded digest. */
function forge(modulusBytes: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256' })}.${part({ sub: 'anybody' })}`;
  const digest = createHash('sha256').update(signed).digest();
  const algorithm = Buffer.from('3031300d060960864801650304020105000420', 'hex');
  const padding = Buffer.alloc(modulusBytes - algorithm.length - digest.length - 3, 0xff);
  const signature = Buffer.concat([Buffer.from([0, 1]), padding, Buffer.from([0]), algorithm, digest]);
  return `${signed}.${signature.toString('base64url')}`;
}

describe('createIssuers', () => {
  it('takes no key that anybody can sign for', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = { ...publicKey.export({ format: 'jwk' }), e: 'AQ' };
    const forgeable = createIssuers({ fetchJson: async () => ({ keys: [key] }) });
    const check = forgeable.checkSignature(parseIdToken(forge(256)), { jwksUrl: 'https://a', algorithms: ['RS256'] });
    await expect(check).rejects.toThrow(rejected);
  });

  it('asks for the document and the keys once, however many tokens come at once', async () => {
    await Promise.all([check(), check(), check()]);
    await check();
    expect(issuer.asked).toEqual({ discovery: 1, jwks: 1, elsewhere: 0 });
  });

  it('asks again when what it has is ten minutes old', async () => {
    await check();
    nowMs = 600_000;
    await check();
    expect(issuer.asked).toEqual({ discovery: 2, jwks: 2, elsewhere: 0 });
  });

  it('finds a rotated key, under a new name and under the old one', async () => {
    await check();
    await issuer.rotate();
    nowMs = 10_000;
    await check();
    await issuer.rotate({ kid: 'key-2' });
    nowMs = 20_000;
    await check();
    expect(issuer.asked.jwks).toBe(3);
  });

  it('does not look for an unknown key more often than every ten seconds', async () => {
    await check();
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(check({ header: { kid: 'unknown' } })).rejects.toThrow(rejected);
    }
    expect(issuer.asked.jwks).toBe(1);
    nowMs = 10_000;
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(check({ header: { kid: 'unknown' } })).rejects.toThrow(rejected);
    }
    expect(issuer.asked.jwks).toBe(2);
    await check();
  });

  it('refuses a key that was taken away, once it is known', async () => {
    const old = await issuer.sign();
    await issuer.rotate();
    await check();
    await expect(issuers.checkSignature(parseIdToken(old), await issuers.discover(issuer.url))).rejects.toThrow(
      rejected,
    );
  });

  it('tries every key for a token that names none', async () => {
    await issuer.addKey();
    await issuer.addKey();
    await check({ header: { kid: undefined } });
    const stranger = await startOidcIssuer();
    const foreign = await stranger.sign({ header: { kid: undefined }, claims: { iss: issuer.url } });
    await stranger.close();
    await expect(issuers.checkSignature(parseIdToken(foreign), await issuers.discover(issuer.url))).rejects.toThrow(
      rejected,
    );
  });

  it('goes on with a set of keys of which it does not know some', async () => {
    await issuer.addKey({ alg: 'EdDSA' });
    await issuer.addKey();
    await check();
  });

  it('asks for no key for an algorithm that the issuer does not list', async () => {
    issuer.algorithms = ['RS256'];
    await expect(check()).rejects.toThrow(rejected);
    expect(issuer.asked.jwks).toBe(0);
  });

  it('refuses keys that are none', async () => {
    issuer.misbehaviour = 'no-keys';
    await expect(check()).rejects.toThrow(expect.objectContaining({ code: 'IssuerInvalid' }));
  });

  it('takes the slash at the end of an issuer for part of its name, but not of the path', async () => {
    await expect(issuers.discover(`${issuer.url}/`)).rejects.toThrow(
      expect.objectContaining({ code: 'IssuerInvalid' }),
    );
    expect(issuer.asked).toEqual({ discovery: 1, jwks: 0, elsewhere: 0 });
  });

  it.each(['RS256', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'])('knows %s', async (alg) => {
    const other = await startOidcIssuer({ alg });
    const token = parseIdToken(await other.sign());
    await expect(issuers.checkSignature(token, await issuers.discover(other.url))).resolves.toBeUndefined();
    await other.close();
  });
});
