import { describe, expect, it } from 'vitest';
import { cdevents } from '../../../operator/webhooks/cdevents.ts';
import { tokenSettings, verdictOf } from '../../support/verdict-of.ts';
import { webhookRequest } from '../../support/webhook-request.ts';
import { payload } from './payload.ts';

const EVENT = payload('cdevents-change-merged');
const request = (body: string) =>
  webhookRequest({
    headers: { 'Content-Type': 'application/json', 'Ce-Type': 'dev.cdevents.change.merged.0.2.0' },
    body,
  });

describe('cdevents', () => {
  it('accepts a valid event', async () => {
    expect(await verdictOf(cdevents, tokenSettings, request(EVENT))).toBe('accepted');
  });

  it.each([
    ['nothing', ''],
    ['what is not JSON', '<html>'],
    ['null', 'null'],
    ['a list', '[]'],
    ['an empty object', '{}'],
    ['an event without a subject', JSON.stringify({ ...JSON.parse(EVENT), subject: undefined })],
    ['an event of no known type', EVENT.replace('change.merged', 'change.invented')],
  ])('refuses %s', async (_what, body) => {
    expect(await verdictOf(cdevents, tokenSettings, request(body))).toBe('PayloadInvalid');
  });

  it('names its event where CloudEvents do', () => {
    expect(cdevents.eventHeader).toBe('ce-type');
  });
});
