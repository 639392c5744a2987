import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIssuers } from '../../../operator/verify/create-issuers.ts';
import { createEventgrid, eventgrid } from '../../../operator/webhooks/eventgrid.ts';
import type { WebhookType } from '../../../operator/webhooks/webhook-type.ts';
import { type OidcIssuer, type SignOptions, startOidcIssuer } from '../../support/oidc-issuer.ts';
import { preparedWith, secretOf } from '../../support/secret-of.ts';
import { headVerdictOf, tokenSettings, verdictOf } from '../../support/verdict-of.ts';
import { webhookRequest } from '../../support/webhook-request.ts';
import { acrPush, cloudEvent, eventgridValidation } from '../sources/envelopes/payloads.ts';
import { verifiedBy } from './events-of.ts';

const tenant = '11111111-2222-3333-4444-555555555555';
const audience = 'api://sluice-events';
const CODE = eventgridValidation.data.validationCode;

const json = (body: unknown, headers: Record<string, string> = {}) =>
  webhookRequest({ headers, body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body) });

describe('eventgrid', () => {
  it.each([
    ['an event', acrPush(), ['Microsoft.ContainerRegistry.ImagePushed']],
    ['a list of events', [acrPush(), acrPush({ eventType: 'x' })], ['Microsoft.ContainerRegistry.ImagePushed', 'x']],
    ['a CloudEvent', cloudEvent(), ['com.example.pushed']],
    ['a list of CloudEvents', [cloudEvent(), cloudEvent()], ['com.example.pushed', 'com.example.pushed']],
  ])('gives of %s its events', async (_what, body, types) => {
    const verified = await verifiedBy(eventgrid, tokenSettings, json(body));
    expect(verified.events.map(({ type }) => type)).toEqual(types);
    expect(verified.answer).toBeUndefined();
  });

  it('inflates what is gzipped', async () => {
    const body = gzipSync(JSON.stringify([acrPush()]));
    const verified = await verifiedBy(eventgrid, tokenSettings, json(body, { 'Content-Encoding': 'gzip' }));
    expect(verified.events).toHaveLength(1);
  });

  it.each([
    ['alone', eventgridValidation],
    ['in a list', [eventgridValidation]],
    ['among others', [acrPush(), eventgridValidation]],
  ])('answers a validation %s', async (_what, body) => {
    const { answer, events } = await verifiedBy(eventgrid, tokenSettings, json(body));
    expect(answer).toEqual({ validationResponse: CODE });
    expect(events.at(-1)?.handshake).toBeDefined();
  });

  it.each([
    ['a validation without a code', [{ ...eventgridValidation, data: {} }], 'PayloadInvalid'],
    ['another JSON', { a: 1 }, 'PayloadInvalid'],
    ['an empty list', [], 'PayloadInvalid'],
    ['no JSON', 'hello', 'PayloadInvalid'],
    ['nothing', '', 'PayloadInvalid'],
    ['another envelope', { Records: [{ eventSource: 'aws:s3', s3: {} }] }, 'PayloadInvalid'],
    ['broken gzip', Buffer.from([0x1f, 0x8b]), 'PayloadInvalid'],
    ['a bomb', gzipSync(Buffer.alloc(4 * 1024 * 1024)), 'BodyTooLarge'],
    ['JSON that is deep', `${'{"a":'.repeat(64)}{}${'}'.repeat(64)}`, 'PayloadInvalid'],
  ])('refuses %s', async (_what, body, code) => {
    expect(await verdictOf(eventgrid, tokenSettings, json(body))).toBe(code);
  });

  it.each([
    [{}, 'prepared'],
    [{ tenant, audience }, 'prepared'],
    [{ tenant: tenant.toUpperCase(), audience }, 'prepared'],
    [{ tenant }, "TokenNotFound: the Secret has no key 'audience'"],
    [{ audience }, "TokenNotFound: the Secret has no key 'tenant'"],
    [{ tenant: '', audience }, "TokenNotFound: the Secret has an empty 'tenant'"],
    [
      { tenant: 'contoso.com', audience },
      "TokenNotFound: the Secret's key 'tenant' cannot be used: it is not the id of a tenant, as 11111111-2222-…",
    ],
    [
      { tenant: '../common', audience },
      "TokenNotFound: the Secret's key 'tenant' cannot be used: it is not the id of a tenant, as 11111111-2222-…",
    ],
  ])('with %j is: %s', (keys, prepared) => {
    expect(preparedWith(eventgrid, keys)).toBe(prepared);
  });
});

describe('eventgrid with a tenant', () => {
  const settings = secretOf({ tenant, audience });
  let entra: OidcIssuer;
  let type: WebhookType;
  const asked: string[] = [];

  beforeAll(async () => {
    entra = await startOidcIssuer({ audience, alg: 'RS256' });
    const fetchJson = async (url: string) => {
      asked.push(url);
      return (await fetch(entra.jwksUrl)).json();
    };
    type = createEventgrid({ issuers: createIssuers({ fetchJson }), authority: 'https://login.example.com' });
  });
  afterAll(() => entra.close());

  const V1 = `https://sts.windows.net/${tenant}/`;
  const V2 = `https://login.microsoftonline.com/${tenant}/v2.0`;
  const request = async ({ claims = {}, ...more }: SignOptions = {}) =>
    json([acrPush()], { Authorization: `Bearer ${await entra.sign({ claims: { iss: V2, ...claims }, ...more })}` });

  it.each([
    [V1, `https://login.example.com/${tenant}/discovery/keys`],
    [V2, `https://login.example.com/${tenant}/discovery/v2.0/keys`],
  ])('takes a token of %s, by the keys at %s', async (iss, keys) => {
    asked.length = 0;
    expect(await verdictOf(type, settings, await request({ claims: { iss } }))).toBe('accepted');
    expect(asked).toEqual([keys]);
  });

  it.each([
    ['of another tenant', { iss: V2.replace('1111', '2222') }],
    ['of no version', { iss: `https://login.microsoftonline.com/${tenant}` }],
    ['without a slash', { iss: V1.slice(0, -1) }],
    ['for another audience', { aud: 'api://other' }],
    ['for several', { aud: [audience, 'api://other'] }],
    ['that has expired', { exp: 1_700_000_000 }],
  ])('refuses a token %s before the body is read', async (_what, claims) => {
    expect(headVerdictOf(type, settings, await request({ claims }))).toBe('TokenRejected');
  });

  it('refuses what has no token, a validation too', async () => {
    expect(headVerdictOf(type, settings, json([eventgridValidation]))).toBe('SignatureMissing');
  });

  it('refuses a token of another key', async () => {
    const stranger = await startOidcIssuer({ audience, alg: 'RS256' });
    const token = await stranger.sign({ claims: { iss: V2 } });
    await stranger.close();
    const forged = json([acrPush()], { Authorization: `Bearer ${token}` });
    expect(await verdictOf(type, settings, forged)).toBe('TokenRejected');
  });
});
