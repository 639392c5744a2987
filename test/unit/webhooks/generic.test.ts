import { describe, expect, it } from 'vitest';
import { generic } from '../../../operator/webhooks/generic.ts';
import { tokenSettings, verdictOf } from '../../support/verdict-of.ts';
import { webhookRequest } from '../../support/webhook-request.ts';

describe('generic', () => {
  it.each([
    ['an empty POST', webhookRequest({})],
    ['a GET', webhookRequest({ method: 'GET' })],
    ['a PUT with JSON', webhookRequest({ method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: '{}' })],
    ['any bytes', webhookRequest({ body: Buffer.from([0, 255, 128]) })],
    ['JSON that is none', webhookRequest({ headers: { 'Content-Type': 'application/json' }, body: '{' })],
  ])('accepts %s: the path is all there is to know', async (_what, request) => {
    expect(await verdictOf(generic, tokenSettings, request)).toBe('accepted');
  });

  it('has no events, and takes GET and PUT beside POST', () => {
    expect(generic.eventHeader).toBeUndefined();
    expect(generic.methods).toEqual(['POST', 'GET', 'PUT']);
  });
});
