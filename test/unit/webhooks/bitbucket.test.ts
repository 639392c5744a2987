import { describe, expect, it } from 'vitest';
import { bitbucket } from '../../../operator/webhooks/bitbucket.ts';
import { TOKEN, tokenSettings, verdictOf } from '../../support/verdict-of.ts';
import { hexHmac, webhookRequest } from '../../support/webhook-request.ts';
import { describeHubSignature } from './hub-table.ts';
import { payload } from './payload.ts';

describe('bitbucket', () => {
  describeHubSignature(bitbucket, payload('bitbucket-refs-changed'));

  it.each([
    ['Server', 'bitbucket-refs-changed', 'repo:refs_changed', 'application/json; charset=utf-8'],
    ['Cloud', 'bitbucket-cloud-push', 'repo:push', 'application/json'],
  ])('accepts a push of Bitbucket %s', async (_what, file, event, contentType) => {
    const body = payload(file);
    const request = webhookRequest({
      headers: {
        'Content-Type': contentType,
        'X-Event-Key': event,
        'X-Hub-Signature': `sha256=${hexHmac('sha256', TOKEN, body)}`,
      },
      body,
    });
    expect(await verdictOf(bitbucket, tokenSettings, request)).toBe('accepted');
  });

  it('names its event in a header of its own', () => {
    expect(bitbucket.eventHeader).toBe('x-event-key');
  });
});
