/** Whatever is sent: no type throws anything but a coded error, and nobody gets in without the proof. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIssuers } from '../../../operator/verify/create-issuers.ts';
import { createSnsProof } from '../../../operator/verify/sns/create-sns-proof.ts';
import { createGcr } from '../../../operator/webhooks/gcr.ts';
import { createGenericOidc } from '../../../operator/webhooks/generic-oidc.ts';
import { webhookTypes } from '../../../operator/webhooks/index.ts';
import { createPubsub } from '../../../operator/webhooks/pubsub.ts';
import { createSns } from '../../../operator/webhooks/sns.ts';
import type { WebhookRequest, WebhookType } from '../../../operator/webhooks/webhook-type.ts';
import { type OidcIssuer, startOidcIssuer } from '../../support/oidc-issuer.ts';
import { settingsOf, TOKEN, verdictOf } from '../../support/verdict-of.ts';
import { hexHmac, webhookRequest } from '../../support/webhook-request.ts';

const EMAIL = 'a@example.com';
let issuer: OidcIssuer;
let genuine: string;

beforeAll(async () => {
  issuer = await startOidcIssuer({ alg: 'RS256' });
  genuine = await issuer.sign({
    claims: { iss: 'https://accounts.google.com', email: EMAIL, email_verified: true },
  });
});
afterAll(() => issuer.close());

/** The type of that name, with a local issuer where it needs one. */
function typeOf(name: string): WebhookType {
  const issuers = createIssuers();
  if (name === 'gcr') return createGcr({ issuers, jwksUrl: issuer.jwksUrl });
  if (name === 'pubsub') return createPubsub({ issuers, jwksUrl: issuer.jwksUrl });
  if (name === 'sns')
    return createSns(createSnsProof({ now: () => 0, fetchText: () => Promise.reject(new Error('none')) }));
  if (name === 'generic-oidc') return createGenericOidc({ issuers });
  const type = webhookTypes.get(name);
  if (type === undefined) throw new Error(`no type ${name}`);
  return type;
}

/** What the types need beside the token. */
const KEYS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  gcr: { audience: 'notification-controller', email: EMAIL },
  pubsub: { audience: 'notification-controller', email: EMAIL },
  sns: { topicARNs: 'arn:aws:sns:eu-west-1:111122223333:flux' },
  cloudevents: { bearerToken: TOKEN },
  'standard-webhooks': { signingSecret: `whsec_${Buffer.from(TOKEN.repeat(2)).toString('base64')}` },
};

function settings(name: string) {
  const keys = Object.entries({ token: TOKEN, ...KEYS[name] }).map(([key, text]) => [key, Buffer.from(text)]);
  return settingsOf({
    secret: Object.fromEntries(keys),
    oidcProviders: [{ issuerURL: issuer.url, validations: [{ expression: 'claims.sub != "x"', message: 'm' }] }],
  });
}

const names = [
  'X-Signature',
  'X-Hub-Signature',
  'X-Hub-Signature-256',
  'X-Gitlab-Token',
  'Authorization',
  'X-Nexus-Webhook-Signature',
  'Content-Type',
  'Ce-Type',
  'Ce-Specversion',
  'Content-Encoding',
  'Webhook-Id',
  'Webhook-Timestamp',
  'Webhook-Signature',
];
const part = fc.oneof(
  fc.json().map((json) => Buffer.from(json).toString('base64url')),
  fc
    .record({ alg: fc.constantFrom('RS256', 'none', 'HS256', 'ES256'), kid: fc.string() }, { requiredKeys: [] })
    .map((header) => Buffer.from(JSON.stringify(header)).toString('base64url')),
  fc.base64String(),
);
/** What looks like a proof, and is none. */
const value = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)) }),
  fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'application/json; charset', '', 'Bearer '),
  fc
    .tuple(fc.constantFrom('sha1', 'sha256', 'sha512', 'md5', ''), fc.uint8Array({ maxLength: 64 }))
    .map(([algorithm, bytes]) => `${algorithm}=${Buffer.from(bytes).toString('hex')}`),
  fc.array(part, { minLength: 2, maxLength: 4 }).map((parts) => `Bearer ${parts.join('.')}`),
  fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('hex')),
);
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.json().map((json) => Buffer.from(json)),
  fc.json().map((json) => Buffer.from(`payload=${encodeURIComponent(json)}`)),
  fc
    .dictionary(
      fc.constantFrom(
        'push_data',
        'repository',
        'docker_url',
        'updated_tags',
        'target',
        'message',
        'context',
        'Type',
        'TopicArn',
        'Message',
        'specversion',
        'data',
        'Records',
        'subscription',
        '__proto__',
      ),
      fc.jsonValue(),
    )
    .map((object) => Buffer.from(JSON.stringify(object))),
  fc.json().map((json) => Buffer.from(JSON.stringify({ message: { data: Buffer.from(json).toString('base64') } }))),
  fc.constantFrom(...[20_000, 200_000].map((depth) => Buffer.from('{"a":'.repeat(depth)))),
);
const anyRequest: fc.Arbitrary<WebhookRequest> = fc
  .record({
    method: fc.constantFrom('POST', 'GET', 'PUT'),
    headers: fc.dictionary(fc.constantFrom(...names), fc.oneof(value, fc.array(value, { maxLength: 3 }))),
    body,
  })
  .map(webhookRequest);

const provesNothing = new Set(['generic', 'dockerhub', 'quay', 'acr', 'cdevents', 'eventgrid']);

describe.each([...webhookTypes.keys()])('%s', (name) => {
  it('throws nothing but coded errors', async () => {
    const type = typeOf(name);
    await fc.assert(
      fc.asyncProperty(anyRequest, async (request) => {
        const verdict = await verdictOf(type, settings(name), request);
        expect(verdict).not.toBe('VerificationFailed');
        if (!provesNothing.has(name)) expect(verdict).not.toBe('accepted');
        try {
          type.filterInput?.(request);
        } catch (error) {
          expect(error).toMatchObject({ name: 'RequestError', code: 'FilterInputInvalid' });
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** For each type with a proof, a request that has it. */
const signedRequests: Readonly<Record<string, (text: string) => WebhookRequest>> = {
  'generic-hmac': (text) =>
    webhookRequest({ headers: { 'X-Signature': `sha512=${hexHmac('sha512', TOKEN, text)}` }, body: text }),
  github: (text) => hub(text),
  bitbucket: (text) => hub(text),
  nexus: (text) => {
    const event = `{"event":${text}}`;
    return webhookRequest({ headers: { 'X-Nexus-Webhook-Signature': hexHmac('sha1', TOKEN, event) }, body: event });
  },
  gitlab: (text) => webhookRequest({ headers: { 'X-Gitlab-Token': TOKEN }, body: text }),
  harbor: (text) => webhookRequest({ headers: { Authorization: TOKEN }, body: text }),
  gcr: () =>
    webhookRequest({
      headers: { Authorization: `Bearer ${genuine}` },
      body: JSON.stringify({ message: { data: Buffer.from('{}').toString('base64') } }),
    }),
};

function hub(text: string): WebhookRequest {
  const headers = {
    'Content-Type': 'application/json',
    'X-Hub-Signature-256': `sha256=${hexHmac('sha256', TOKEN, text)}`,
  };
  return webhookRequest({ headers, body: text });
}

describe.each(Object.entries(signedRequests))('the proof of %s', (name, sign) => {
  it('lets in what has it, and nothing in which one character of it is another', async () => {
    const type = typeOf(name);
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.nat(), fc.integer({ min: 0x21, max: 0x7e }), async (text, at, code) => {
        const request = sign(text);
        expect(await verdictOf(type, settings(name), request)).toBe('accepted');
        const rawHeaders = [...request.rawHeaders];
        const proof = rawHeaders.at(-1) ?? '';
        // The last character of a token in base64url has bits that mean nothing.
        const position = at % (proof.length - 1);
        const changed = `${proof.slice(0, position)}${String.fromCharCode(code)}${proof.slice(position + 1)}`;
        fc.pre(
          changed.toLowerCase() !== proof.toLowerCase() || name === 'gitlab' || name === 'harbor' || name === 'gcr',
        );
        fc.pre(changed !== proof);
        rawHeaders[rawHeaders.length - 1] = changed;
        expect(await verdictOf(type, settings(name), { ...request, rawHeaders })).not.toBe('accepted');
      }),
      { numRuns: 100 },
    );
  });
});
