import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createIssuers } from '../../../operator/verify/create-issuers.ts';
import { createGcr } from '../../../operator/webhooks/gcr.ts';
import type { WebhookType } from '../../../operator/webhooks/webhook-type.ts';
import { type OidcIssuer, type SignOptions, startOidcIssuer } from '../../support/oidc-issuer.ts';
import { headVerdictOf, settingsOf, verdictOf } from '../../support/verdict-of.ts';
import { webhookRequest } from '../../support/webhook-request.ts';
import { payload } from './payload.ts';

const AUDIENCE = 'https://flux.example.com/hook';
const EMAIL = 'flux-push@team.iam.gserviceaccount.com';
const settings = settingsOf({
  secret: { token: Buffer.from('x'), audience: Buffer.from(AUDIENCE), email: Buffer.from(EMAIL) },
});

let google: OidcIssuer;
let gcr: WebhookType;

beforeAll(async () => {
  google = await startOidcIssuer({ audience: AUDIENCE, alg: 'RS256' });
});
beforeEach(() => {
  google.misbehaviour = undefined;
  gcr = createGcr({ issuers: createIssuers(), jwksUrl: google.jwksUrl });
});
afterAll(() => google.close());

const token = ({ claims = {}, ...more }: SignOptions = {}) =>
  google.sign({
    claims: { iss: 'https://accounts.google.com', email: EMAIL, email_verified: true, ...claims },
    ...more,
  });

function pubsub(data: unknown, more: object = {}): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  const message = {
    data: Buffer.from(text).toString('base64'),
    messageId: '136969346945',
    publishTime: '2026-01-03T16:52:01.343Z',
  };
  return JSON.stringify({ message: { ...message, ...more }, subscription: 'projects/team/subscriptions/flux' });
}

const request = (
  authorization: string | undefined,
  body = pubsub(payload('gcr-event')),
  contentType = 'application/json',
) =>
  webhookRequest({
    headers: { 'Content-Type': contentType, ...(authorization === undefined ? {} : { Authorization: authorization }) },
    body,
  });

describe('gcr', () => {
  it.each([
    ['with https://', {}],
    ['without https://', { iss: 'accounts.google.com' }],
  ])("accepts a push with Google's token, its issuer %s", async (_what, claims) => {
    expect(await verdictOf(gcr, settings, request(`Bearer ${await token({ claims })}`))).toBe('accepted');
  });

  it.each([
    ['another issuer', { iss: 'https://accounts.example.com' }],
    ['the issuer over http', { iss: 'http://accounts.google.com' }],
    ['another audience', { aud: 'https://other.example.com' }],
    ['a list of audiences', { aud: [AUDIENCE] }],
    ['no audience', { aud: undefined }],
    ["another service account's email", { email: 'other@team.iam.gserviceaccount.com' }],
    ['no email', { email: undefined }],
    ['an email that is not verified', { email_verified: false }],
    ['an email that is verified only in words', { email_verified: 'true' }],
    ['an expiry that is over', { exp: 1_700_000_000 }],
    ['no expiry', { exp: undefined }],
  ])('refuses a token with %s before the body is read', async (_what, claims) => {
    const refused = request(`Bearer ${await token({ claims })}`);
    expect(headVerdictOf(gcr, settings, refused)).toBe('TokenRejected');
  });

  it.each([
    ['no token', undefined, 'SignatureMissing'],
    ['another scheme', 'Basic YTpi', 'SignatureMalformed'],
    ['what is no token', 'Bearer x', 'SignatureMalformed'],
  ])('refuses %s before the body is read', (_what, authorization, code) => {
    expect(headVerdictOf(gcr, settings, request(authorization))).toBe(code);
  });

  it.each([
    ['neither', { token: Buffer.from('x') }],
    ['no email', { audience: Buffer.from(AUDIENCE) }],
    ['no audience', { email: Buffer.from(EMAIL) }],
    ['an empty audience', { audience: Buffer.alloc(0), email: Buffer.from(EMAIL) }],
  ])('refuses everything while the Secret has %s', async (_what, secret) => {
    const genuine = request(`Bearer ${await token()}`);
    expect(headVerdictOf(gcr, settingsOf({ secret }), genuine)).toBe('SecretIncomplete');
  });

  it('refuses a token that somebody else signed', async () => {
    const stranger = await startOidcIssuer({ audience: AUDIENCE, alg: 'RS256' });
    const claims = { iss: 'https://accounts.google.com', email: EMAIL, email_verified: true };
    const forged = await stranger.sign({ claims });
    await stranger.close();
    expect(await verdictOf(gcr, settings, request(`Bearer ${forged}`))).toBe('TokenRejected');
  });

  it("refuses every algorithm but Google's", async () => {
    const other = await startOidcIssuer({ audience: AUDIENCE, alg: 'ES256' });
    const claims = { iss: 'https://accounts.google.com', email: EMAIL, email_verified: true };
    const signed = await other.sign({ claims });
    const type = createGcr({ issuers: createIssuers(), jwksUrl: other.jwksUrl });
    expect(await verdictOf(type, settings, request(`Bearer ${signed}`))).toBe('TokenRejected');
    await other.close();
  });

  it("refuses while Google's keys are out of reach", async () => {
    google.misbehaviour = 'error';
    expect(await verdictOf(gcr, settings, request(`Bearer ${await token()}`))).toBe('IssuerUnreachable');
  });

  it.each([
    ['nothing', ''],
    ['what is not JSON', '<html>'],
    ['null', 'null'],
    ['no message', '{}'],
    ['a message without data', '{"message":{}}'],
    ['data that is a number', '{"message":{"data":1}}'],
    ['data that is not base64', '{"message":{"data":"%%%="}}'],
    ['data that is base64 of something else', pubsub('hello')],
    ['data that is a list', pubsub([])],
    ['a tag that is a number', pubsub({ tag: 1 })],
    ['a message id that is a number', pubsub({}, { messageId: 1 })],
  ])('refuses a genuine push of %s', async (_what, body) => {
    expect(await verdictOf(gcr, settings, request(`Bearer ${await token()}`, body))).toBe('PayloadInvalid');
  });
});

describe('what filters see of gcr', () => {
  it.each([
    ['all three', pubsub(payload('gcr-event')), JSON.parse(payload('gcr-event'))],
    ['a deletion without a tag', pubsub({ action: 'DELETE', digest: 'd' }), { action: 'DELETE', digest: 'd', tag: '' }],
    ['null for a field', pubsub({ action: null }), { action: '', digest: '', tag: '' }],
    ['nothing in it', pubsub({}), { action: '', digest: '', tag: '' }],
    ['null as a whole', pubsub(null), { action: '', digest: '', tag: '' }],
    [
      'more than that',
      pubsub({ action: 'INSERT', other: 1, __proto__x: 2 }),
      { action: 'INSERT', digest: '', tag: '' },
    ],
    ['names in another case', pubsub({ Action: 'INSERT' }), { action: 'INSERT', digest: '', tag: '' }],
  ])('is exactly action, digest and tag, of an event with %s', (_what, body, expected) => {
    expect(gcr.filterInput?.(request(undefined, body))).toEqual(expected);
  });

  it('is empty where the content type is not JSON', () => {
    expect(gcr.filterInput?.(request(undefined, pubsub({}), 'text/plain'))).toEqual({});
  });

  it('fails for what is no message', () => {
    expect(() => gcr.filterInput?.(request(undefined, '{}'))).toThrow(
      expect.objectContaining({ code: 'FilterInputInvalid' }),
    );
  });
});
