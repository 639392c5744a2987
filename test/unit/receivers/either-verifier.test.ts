// Which of two tokens proves a request, for every type whose requests a token proves.
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../operator/api/errors.ts';
import { eitherVerifier } from '../../../operator/receivers/either-verifier.ts';
import { webhookTypes } from '../../../operator/webhooks/index.ts';

const BODY = Buffer.from('{"action":"push"}');
const JSON_TYPE = { 'content-type': 'application/json' };

const hex = (algorithm: string, token: string) => createHmac(algorithm, token).update(BODY).digest('hex');
const PROOFS: Readonly<Record<string, (token: string) => Readonly<Record<string, string>>>> = {
  github: (token) => ({ ...JSON_TYPE, 'x-hub-signature-256': `sha256=${hex('sha256', token)}` }),
  bitbucket: (token) => ({ ...JSON_TYPE, 'x-hub-signature': `sha256=${hex('sha256', token)}` }),
  'generic-hmac': (token) => ({ 'x-signature': `sha512=${hex('sha512', token)}` }),
  gitlab: (token) => ({ 'x-gitlab-token': token }),
  harbor: (token) => ({ authorization: token }),
  nexus: (token) => ({ 'x-nexus-webhook-signature': hex('sha1', token) }),
};

async function judge(type: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const prepare = (token: string) => {
    const made = webhookTypes.get(type)?.prepare({ token: Buffer.from(token), secret: {}, oidcProviders: [] });
    if (made === undefined) throw new Error(`no type ${type}`);
    return made;
  };
  const verifier = eitherVerifier(prepare('new'), prepare('old'));
  try {
    const rawHeaders = Object.entries(headers).flat();
    const verified = await verifier.head({ method: 'POST', headers, rawHeaders })(BODY);
    return verified.credential ?? 'token';
  } catch (error) {
    return error instanceof RequestError ? error.code : String(error);
  }
}

describe.each(Object.entries(PROOFS))('%s', (type, proofBy) => {
  it('is proved by either token, and says which', async () => {
    expect(await judge(type, proofBy('new'))).toBe('token');
    expect(await judge(type, proofBy('old'))).toBe('previousToken');
  });

  it('is proved by no other token, and not without proof', async () => {
    expect(await judge(type, proofBy('other'))).toMatch(/^(Signature|Token)Mismatch$/);
    expect(await judge(type, JSON_TYPE)).toBe('SignatureMissing');
  });
});

it('is for the types whose requests a token proves', () => {
  const proved = [...webhookTypes.values()].filter(({ provedByToken }) => provedByToken === true);
  expect(proved.map(({ name }) => name).sort()).toEqual(Object.keys(PROOFS).sort());
  for (const { name, validatedBy, provedByToken = false } of webhookTypes.values()) {
    expect({ name, provedByToken }).toEqual({ name, provedByToken: /\bthe token\b/.test(validatedBy) });
  }
});
