import { describe, expect, it } from 'vitest';
import { gitlab } from '../../../operator/webhooks/gitlab.ts';
import { headVerdictOf, settingsOf, TOKEN, tokenSettings, verdictOf } from '../../support/verdict-of.ts';
import { webhookRequest } from '../../support/webhook-request.ts';
import { payload } from './payload.ts';

function push(token: string | string[] | undefined) {
  const header = token === undefined ? {} : { 'X-Gitlab-Token': token };
  return webhookRequest({
    headers: { 'Content-Type': 'application/json', 'X-Gitlab-Event': 'Push Hook', ...header },
    body: payload('gitlab-push'),
  });
}

describe('gitlab', () => {
  it('accepts the token', async () => {
    expect(await verdictOf(gitlab, tokenSettings, push(TOKEN))).toBe('accepted');
  });

  it('does not read the body', async () => {
    const request = { ...push(TOKEN), body: Buffer.from('not JSON') };
    expect(await verdictOf(gitlab, tokenSettings, request)).toBe('accepted');
  });

  it('takes a token beyond ASCII, as bytes', async () => {
    const token = Buffer.from('schlüssel');
    const settings = settingsOf({ secret: { token } });
    expect(await verdictOf(gitlab, settings, push(token.toString('latin1')))).toBe('accepted');
  });

  it.each([
    ['no token', undefined, 'SignatureMissing'],
    ['an empty one', '', 'SignatureMissing'],
    ['another', 'other', 'TokenMismatch'],
    ['one that differs in its first byte', `x${TOKEN.slice(1)}`, 'TokenMismatch'],
    ['one that differs in its last byte', `${TOKEN.slice(0, -1)}x`, 'TokenMismatch'],
    ['its beginning', TOKEN.slice(0, -1), 'TokenMismatch'],
    ['one that goes on', `${TOKEN}x`, 'TokenMismatch'],
    ['one in capitals', TOKEN.toUpperCase(), 'TokenMismatch'],
    ['two', [TOKEN, TOKEN], 'SignatureAmbiguous'],
  ])('refuses %s before the body is read', (_what, token, code) => {
    expect(headVerdictOf(gitlab, tokenSettings, push(token))).toBe(code);
  });

  it('refuses the token that a Secret holds with a line break, since none is trimmed', () => {
    const settings = settingsOf({ secret: { token: Buffer.from(`${TOKEN}\n`) } });
    expect(headVerdictOf(gitlab, settings, push(TOKEN))).toBe('TokenMismatch');
  });

  it('lets nobody in with an empty token', () => {
    const settings = settingsOf({ secret: { token: Buffer.alloc(0) } });
    expect(headVerdictOf(gitlab, settings, push(''))).toBe('SignatureMissing');
  });
});
