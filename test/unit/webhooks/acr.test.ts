import { describe, expect, it } from 'vitest';
import { acr } from '../../../operator/webhooks/acr.ts';
import { tokenSettings, verdictOf } from '../../support/verdict-of.ts';
import { webhookRequest } from '../../support/webhook-request.ts';
import { payload } from './payload.ts';

const request = (body: string) => webhookRequest({ headers: { 'Content-Type': 'application/json' }, body });

describe('acr', () => {
  it.each([
    ['a real push', payload('acr-push')],
    ['an empty object', '{}'],
    ['JSON and more', '{}{}'],
    ['JSON and a NUL', '{}\n\0'],
    ['JSON and text', '{}text'],
    ['a number that nobody reads', '{"size":1e400}'],
    ['null', 'null'],
    ['fields of null', '{"action":null,"target":{"tag":null}}'],
    ['a target without a tag, as of a deletion', '{"action":"delete","target":{"repository":"webapp"}}'],
    ['other fields of any type', '{"target":{"size":1},"request":false}'],
  ])('accepts %s', async (_what, body) => {
    expect(await verdictOf(acr, tokenSettings, request(body))).toBe('accepted');
  });

  it('does not ask for a content type', async () => {
    expect(await verdictOf(acr, tokenSettings, webhookRequest({ body: payload('acr-push') }))).toBe('accepted');
  });

  it.each([
    ['nothing', ''],
    ['what is not JSON', '<html>'],
    ['a list', '[]'],
    ['a string', '"x"'],
    ['JSON without an end of its depth', '['.repeat(100_000)],
    ['an action that is a number', '{"action":1}'],
    ['a target that is a string', '{"target":"webapp"}'],
    ['a repository that is a list', '{"target":{"repository":[]}}'],
    ['a tag that is a number', '{"target":{"tag":1.2}}'],
  ])('refuses %s', async (_what, body) => {
    expect(await verdictOf(acr, tokenSettings, request(body))).toBe('PayloadInvalid');
  });
});
