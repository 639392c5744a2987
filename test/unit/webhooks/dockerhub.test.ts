import { describe, expect, it } from 'vitest';
import { dockerhub } from '../../../operator/webhooks/dockerhub.ts';
import { tokenSettings, verdictOf } from '../../support/verdict-of.ts';
import { webhookRequest } from '../../support/webhook-request.ts';
import { payload } from './payload.ts';

const request = (body: string) => webhookRequest({ headers: { 'Content-Type': 'application/json' }, body });

describe('dockerhub', () => {
  it.each([
    ['a real push', payload('dockerhub-push')],
    ['an empty object', '{}'],
    ['JSON and more', '{}{}'],
    ['JSON and a NUL', '{}\n\0'],
    ['JSON and text', '{}text'],
    ['a number that nobody reads', '{"size":1e400}'],
    ['null', 'null'],
    ['fields of null', '{"push_data":null,"repository":{"repo_url":null}}'],
    ['other fields of any type', '{"push_data":{"pusher":1},"callback_url":2}'],
  ])('accepts %s', async (_what, body) => {
    expect(await verdictOf(dockerhub, tokenSettings, request(body))).toBe('accepted');
  });

  it('does not ask for a content type', async () => {
    expect(await verdictOf(dockerhub, tokenSettings, webhookRequest({ body: payload('dockerhub-push') }))).toBe(
      'accepted',
    );
  });

  it.each([
    ['nothing', ''],
    ['what is not JSON', '<html>'],
    ['a list', '[]'],
    ['a string', '"x"'],
    ['JSON without an end of its depth', '['.repeat(100_000)],
    ['a tag that is a number', '{"push_data":{"tag":1}}'],
    ['a tag in a list', '{"push_data":{"tag":["v1"]}}'],
    ['push_data that is a string', '{"push_data":"x"}'],
    ['a repository that is a list', '{"repository":[]}'],
    ['an address that is an object', '{"repository":{"repo_url":{}}}'],
    ['a wrong type under a name in another case', '{"Push_Data":{"Tag":1}}'],
  ])('refuses %s', async (_what, body) => {
    expect(await verdictOf(dockerhub, tokenSettings, request(body))).toBe('PayloadInvalid');
  });
});
