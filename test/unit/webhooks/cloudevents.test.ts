import { CloudEvent, HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { createCloudevents } from '../../../operator/webhooks/cloudevents.ts';
import { preparedWith, secretOf } from '../../support/secret-of.ts';
import { headVerdictOf, verdictOf } from '../../support/verdict-of.ts';
import { hexHmac, webhookRequest } from '../../support/webhook-request.ts';
import { cloudEvent } from '../sources/envelopes/payloads.ts';
import { verifiedBy } from './events-of.ts';

const NOW_MS = Date.UTC(2026, 0, 2, 15, 4, 5);
const KEY = 'a-bearer-token-or-a-key';
const SECRET = `whsec_${Buffer.alloc(32, 'k').toString('base64')}`;
const cloudevents = createCloudevents({ now: () => NOW_MS });
const bearer = secretOf({ bearerToken: KEY });
const event = new CloudEvent({ id: '1', source: '/ci', type: 'com.example.pushed', data: { a: 1 }, subject: 'webapp' });

/** As the SDK encodes it. */
function encoded(mode: 'binary' | 'structured', more: Record<string, string> = {}) {
  const { headers, body } = HTTP[mode](event);
  return webhookRequest({ headers: { ...(headers as Record<string, string>), ...more }, body: String(body) });
}

const AUTHORIZED = { Authorization: `Bearer ${KEY}` };
const batch = (events: unknown) =>
  webhookRequest({
    headers: { 'Content-Type': 'application/cloudevents-batch+json', ...AUTHORIZED },
    body: JSON.stringify(events),
  });

describe('cloudevents', () => {
  it.each(['binary', 'structured'] as const)('gives the event in %s mode', async (mode) => {
    const { events } = await verifiedBy(cloudevents, bearer, encoded(mode, AUTHORIZED));
    expect(events).toMatchObject([
      { type: 'com.example.pushed', subject: 'webapp', req: { a: 1 }, path: ['cloudevents'] },
    ]);
  });

  it('gives the events of a batch', async () => {
    const { events } = await verifiedBy(cloudevents, bearer, batch([cloudEvent({ id: 'a' }), cloudEvent({ id: 'b' })]));
    expect(events.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(await verifiedBy(cloudevents, bearer, batch([]))).toMatchObject({ events: [] });
  });

  it.each([
    ['no CloudEvent', '{"a":1}'],
    ['a message of SNS', '{"Type":"Notification","TopicArn":"t","Message":"m"}'],
    ['text', 'hello'],
    ['nothing', ''],
  ])('refuses %s', async (_what, body) => {
    expect(await verdictOf(cloudevents, bearer, webhookRequest({ headers: AUTHORIZED, body }))).toBe('PayloadInvalid');
  });

  const body = encoded('structured').body.toString();
  const signature = new Webhook(SECRET).sign('msg_1', new Date(NOW_MS), body);
  const standard = (text: string) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(NOW_MS / 1000),
    'webhook-signature': text,
  });
  it.each<[key: string, value: string, genuine: Record<string, string>, forged: Record<string, string>, code: string]>([
    ['bearerToken', KEY, AUTHORIZED, { Authorization: `Bearer ${KEY}x` }, 'TokenMismatch'],
    ['bearerToken', KEY, AUTHORIZED, { Authorization: KEY }, 'SignatureMalformed'],
    ['bearerToken', KEY, AUTHORIZED, {}, 'SignatureMissing'],
    ['hmacKey', KEY, { 'X-Signature': `sha256=${hexHmac('sha256', KEY, body)}` }, AUTHORIZED, 'SignatureMissing'],
    [
      'hmacKey',
      KEY,
      { 'X-Signature': `sha512=${hexHmac('sha512', KEY, body)}` },
      { 'X-Signature': `sha256=${hexHmac('sha256', KEY, `${body} `)}` },
      'SignatureMismatch',
    ],
    ['signingSecret', SECRET, standard(signature), AUTHORIZED, 'SignatureMissing'],
    [
      'signingSecret',
      SECRET,
      standard(signature),
      standard(new Webhook(SECRET).sign('msg_1', new Date(NOW_MS), `${body} `)),
      'SignatureMismatch',
    ],
  ])('with the key %s takes its proof alone', async (key, value, genuine, forged, code) => {
    const settings = secretOf({ [key]: value });
    expect(await verdictOf(cloudevents, settings, encoded('structured', genuine))).toBe('accepted');
    expect(await verdictOf(cloudevents, settings, encoded('structured', forged))).toBe(code);
  });

  it.each([
    ['/hook/x?access_token=y', 'TokenInQuery'],
    ['/hook/x?a=b&access_token', 'TokenInQuery'],
    ['/hook/x?access%5Ftoken=y', 'TokenInQuery'],
    ['/hook/x?a=access_token', 'accepted'],
    ['/hook/access_token', 'accepted'],
    ['/hook/x', 'accepted'],
  ])('at %s: %s', (url, code) => {
    expect(headVerdictOf(cloudevents, bearer, { ...encoded('binary', AUTHORIZED), url })).toBe(code);
  });

  it.each([
    [{}, /needs exactly one of the keys 'hmacKey', 'bearerToken', 'signingSecret', and has none$/],
    [{ hmacKey: 'a', bearerToken: 'b' }, /and has more than one$/],
    [{ bearerToken: '' }, /^TokenNotFound: the Secret has an empty 'bearerToken'$/],
    [{ hmacKey: '' }, /^TokenNotFound: the Secret has an empty 'hmacKey'$/],
    [{ signingSecret: 'x' }, /^TokenNotFound: the Secret's key 'signingSecret' cannot be used: key 1 is neither/],
    [{ signingSecret: `${SECRET} x` }, /key 2 is neither/],
    [{ signingSecret: Array(6).fill(SECRET).join(' ') }, /has more than 5 keys$/],
    [{ signingSecret: Array(5).fill(SECRET).join('\n') }, /^prepared$/],
  ])('with the keys %j is: %s', (keys, prepared) => {
    const said = preparedWith(cloudevents, keys as Record<string, string>);
    expect(said).toMatch(prepared);
    expect(said).not.toContain(SECRET);
  });

  it('answers who asks for permission', () => {
    const ask = webhookRequest({
      method: 'OPTIONS',
      headers: { 'WebHook-Request-Origin': 'eventemitter.example.com' },
    });
    expect(cloudevents.options?.(ask)).toEqual({
      'WebHook-Allowed-Origin': 'eventemitter.example.com',
      'WebHook-Allowed-Rate': '*',
      Allow: 'POST',
    });
    const nobody = webhookRequest({ method: 'OPTIONS' });
    expect(() => cloudevents.options?.(nobody)).toThrow(expect.objectContaining({ code: 'OriginMissing' }));
  });
});
