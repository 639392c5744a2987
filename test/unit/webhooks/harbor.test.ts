import { describe, expect, it } from 'vitest';
import { harbor } from '../../../operator/webhooks/harbor.ts';
import { headVerdictOf, TOKEN, tokenSettings, verdictOf } from '../../support/verdict-of.ts';
import { webhookRequest } from '../../support/webhook-request.ts';
import { payload } from './payload.ts';

function push(authorization: string | string[] | undefined) {
  const header = authorization === undefined ? {} : { Authorization: authorization };
  return webhookRequest({
    headers: { 'Content-Type': 'application/json', ...header },
    body: payload('harbor-push-artifact'),
  });
}

describe('harbor', () => {
  it('accepts the token as it is', async () => {
    expect(await verdictOf(harbor, tokenSettings, push(TOKEN))).toBe('accepted');
  });

  it.each([
    ['no header', undefined, 'SignatureMissing'],
    ['an empty one', '', 'SignatureMissing'],
    ['another token', 'other', 'TokenMismatch'],
    ['the token after a scheme', `Bearer ${TOKEN}`, 'TokenMismatch'],
    ['the beginning of the token', TOKEN.slice(0, 5), 'TokenMismatch'],
    ['two headers, of which node would keep the first', [TOKEN, 'other'], 'SignatureAmbiguous'],
  ])('refuses %s before the body is read', (_what, authorization, code) => {
    expect(headVerdictOf(harbor, tokenSettings, push(authorization))).toBe(code);
  });
});
