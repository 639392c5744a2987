import { describe, expect, it } from 'vitest';
import { quay } from '../../../operator/webhooks/quay.ts';
import { tokenSettings, verdictOf } from '../../support/verdict-of.ts';
import { webhookRequest } from '../../support/webhook-request.ts';
import { payload } from './payload.ts';

const request = (body: string) => webhookRequest({ headers: { 'Content-Type': 'application/json' }, body });

describe('quay', () => {
  it.each([
    ['a real push', payload('quay-repo-push')],
    ['an empty object', '{}'],
    ['JSON and more', '{}{}'],
    ['JSON and a NUL', '{}\n\0'],
    ['JSON and text', '{}text'],
    ['a number that nobody reads', '{"size":1e400}'],
    ['null', 'null'],
    ['tags of null', '{"updated_tags":null}'],
    ['no tag', '{"updated_tags":[]}'],
    ['other fields of any type', '{"homepage":1}'],
  ])('accepts %s', async (_what, body) => {
    expect(await verdictOf(quay, tokenSettings, request(body))).toBe('accepted');
  });

  it('does not ask for a content type', async () => {
    expect(await verdictOf(quay, tokenSettings, webhookRequest({ body: payload('quay-repo-push') }))).toBe('accepted');
  });

  it.each([
    ['nothing', ''],
    ['what is not JSON', '<html>'],
    ['a list', '[]'],
    ['a string', '"x"'],
    ['JSON without an end of its depth', '['.repeat(100_000)],
    ['an address that is a number', '{"docker_url":1}'],
    ['tags that are a string', '{"updated_tags":"latest"}'],
    ['a tag that is a number', '{"updated_tags":["latest",1]}'],
    ['tags that are an object', '{"updated_tags":{}}'],
  ])('refuses %s', async (_what, body) => {
    expect(await verdictOf(quay, tokenSettings, request(body))).toBe('PayloadInvalid');
  });
});
