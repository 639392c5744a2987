import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { createStandardWebhooks } from '../../../operator/webhooks/standard-webhooks.ts';
import { preparedWith, secretOf } from '../../support/secret-of.ts';
import { headVerdictOf, verdictOf } from '../../support/verdict-of.ts';
import { webhookRequest } from '../../support/webhook-request.ts';
import { cloudEvent } from '../sources/envelopes/payloads.ts';
import { verifiedBy } from './events-of.ts';

const NOW_MS = Date.UTC(2026, 0, 2, 15, 4, 5);
const SECRET = `whsec_${Buffer.alloc(32, 'k').toString('base64')}`;
const settings = secretOf({ signingSecret: SECRET });
const type = createStandardWebhooks({ now: () => NOW_MS });

function signed(payload: unknown, atMs = NOW_MS) {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const headers = {
    'Webhook-Id': 'msg_1',
    'Webhook-Timestamp': String(atMs / 1000),
    'Webhook-Signature': new Webhook(SECRET).sign('msg_1', new Date(atMs), body),
  };
  return webhookRequest({ headers, body });
}

describe('standard-webhooks', () => {
  it.each([
    [{ type: 'repository.pushed', a: 1 }, 'repository.pushed', true],
    [{ type: 1 }, '', true],
    [{}, '', true],
    [[], '', false],
    ['hello', '', false],
  ])('of %j has type %j', async (body, name, isObject) => {
    const { events } = await verifiedBy(type, settings, signed(body));
    const req = isObject ? body : {};
    const about = { type: name, id: 'msg_1', time: '2026-01-02T15:04:05.000Z', source: '', subject: '', path: [] };
    expect(events).toMatchObject([{ ...about, req, isObject, attributes: { 'webhook-id': 'msg_1' } }]);
  });

  it('unwraps nothing', async () => {
    const { events } = await verifiedBy(type, settings, signed(cloudEvent()));
    expect(events).toMatchObject([{ type: 'com.example.pushed', req: cloudEvent(), path: [] }]);
  });

  it('refuses another body', async () => {
    expect(await verdictOf(type, settings, { ...signed('{}'), body: Buffer.from('{ }') })).toBe('SignatureMismatch');
  });

  it('refuses another time before the body is read, by the broker’s clock where there is one', () => {
    const early = signed('{}', NOW_MS - 301_000);
    expect(headVerdictOf(type, settings, early)).toBe('SignatureExpired');
    expect(headVerdictOf(type, settings, { ...early, sentAtMs: NOW_MS - 300_000 })).toBe('accepted');
    expect(headVerdictOf(type, settings, { ...signed('{}'), sentAtMs: NOW_MS - 301_000 })).toBe('SignatureExpired');
  });

  it.each([
    [{}, /^TokenNotFound: the Secret has no key 'signingSecret'$/],
    [{ signingSecret: 'whsec_AAAA' }, /^TokenNotFound: the Secret's key 'signingSecret' cannot be used: key 1/],
    [{ signingSecret: `${SECRET}\n` }, /^prepared$/],
  ])('with the keys %j is: %s', (keys, prepared) => {
    expect(preparedWith(type, keys as Record<string, string>)).toMatch(prepared);
  });
});
