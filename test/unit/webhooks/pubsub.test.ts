import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIssuers } from '../../../operator/verify/create-issuers.ts';
import { createPubsub } from '../../../operator/webhooks/pubsub.ts';
import type { WebhookType } from '../../../operator/webhooks/webhook-type.ts';
import { type OidcIssuer, type SignOptions, startOidcIssuer } from '../../support/oidc-issuer.ts';
import { preparedWith, secretOf } from '../../support/secret-of.ts';
import { headVerdictOf, verdictOf } from '../../support/verdict-of.ts';
import { webhookRequest } from '../../support/webhook-request.ts';
import { verifiedBy } from './events-of.ts';

const audience = 'https://flux.example.com/hook';
const email = 'flux-push@team.iam.gserviceaccount.com';
const settings = secretOf({ audience, email });
const EVENT = { action: 'INSERT', digest: 'd', tag: 't' };

let google: OidcIssuer;
let pubsub: WebhookType;

beforeAll(async () => {
  google = await startOidcIssuer({ audience, alg: 'RS256' });
  pubsub = createPubsub({ issuers: createIssuers(), jwksUrl: google.jwksUrl });
});
afterAll(() => google.close());

const token = ({ claims = {}, ...more }: SignOptions = {}) =>
  google.sign({ claims: { iss: 'https://accounts.google.com', email, email_verified: true, ...claims }, ...more });
const request = async (body: string, headers: Record<string, string> = {}, options: SignOptions = {}) =>
  webhookRequest({ headers: { Authorization: `Bearer ${await token(options)}`, ...headers }, body });
const push = (data: unknown, attributes: object = {}) =>
  JSON.stringify({
    message: { data: Buffer.from(JSON.stringify(data)).toString('base64'), attributes, messageId: '17' },
    subscription: 'projects/p/subscriptions/s',
  });

describe('pubsub', () => {
  it.each([
    ['in its envelope', push(EVENT), {}, 'INSERT', ['pubsub'], '17'],
    ['of Cloud Storage', push(EVENT, { eventType: 'OBJECT_FINALIZE' }), {}, 'OBJECT_FINALIZE', ['pubsub'], '17'],
    ['without an envelope', JSON.stringify(EVENT), { 'x-goog-pubsub-message-id': '18' }, 'INSERT', [], '18'],
    ['without metadata', JSON.stringify(EVENT), {}, 'INSERT', [], ''],
  ])('gives the event of a message %s', async (_what, body, headers, type, path, id) => {
    const { events } = await verifiedBy(pubsub, settings, await request(body, headers));
    expect(events).toMatchObject([{ type, path, id, req: EVENT }]);
    expect(events[0]?.attributes).not.toHaveProperty('authorization');
  });

  it('takes any payload', async () => {
    expect(await verifiedBy(pubsub, settings, await request('hello'))).toMatchObject({ events: [{ isObject: false }] });
  });

  it.each([
    ['another audience', { aud: 'other' }],
    ['another email', { email: 'other@example.com' }],
    ['an email that is not verified', { email_verified: false }],
    ['another issuer', { iss: 'https://accounts.example.com' }],
    ['an expiry that is over', { exp: 1_700_000_000 }],
  ])('refuses a token with %s before the body is read', async (_what, claims) => {
    expect(headVerdictOf(pubsub, settings, await request(push(EVENT), {}, { claims }))).toBe('TokenRejected');
  });

  it('refuses what has no token, or one of another key', async () => {
    expect(headVerdictOf(pubsub, settings, webhookRequest({ body: push(EVENT) }))).toBe('SignatureMissing');
    const stranger = await startOidcIssuer({ audience, alg: 'RS256' });
    const claims = { iss: 'https://accounts.google.com', email, email_verified: true };
    const authorization = `Bearer ${await stranger.sign({ claims })}`;
    await stranger.close();
    const forged = webhookRequest({ headers: { Authorization: authorization }, body: push(EVENT) });
    expect(await verdictOf(pubsub, settings, forged)).toBe('TokenRejected');
  });

  it('refuses broken base64', async () => {
    const body = JSON.stringify({ message: { data: '***' }, subscription: 's' });
    expect(await verdictOf(pubsub, settings, await request(body))).toBe('PayloadInvalid');
  });

  it.each([
    [{}, "TokenNotFound: the Secret has no key 'audience'"],
    [{ audience }, "TokenNotFound: the Secret has no key 'email'"],
    [{ audience: '', email }, "TokenNotFound: the Secret has an empty 'audience'"],
    [{ audience, email }, 'prepared'],
  ])('with %j is: %s', (keys, prepared) => {
    expect(preparedWith(pubsub, keys)).toBe(prepared);
  });
});
