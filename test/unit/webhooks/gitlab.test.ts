import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { createGitlab, gitlab } from '../../../operator/webhooks/gitlab.ts';
import { preparedWith, secretOf } from '../../support/secret-of.ts';
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

describe('gitlab with a signing token', () => {
  const NOW_MS = Date.UTC(2026, 0, 2, 15, 4, 5);
  const SIGNING_TOKEN = `whsec_${Buffer.alloc(32, 's').toString('base64')}`;
  const type = createGitlab({ now: () => NOW_MS });
  const settings = secretOf({ signingToken: SIGNING_TOKEN });
  const body = payload('gitlab-push').toString();

  function signed(more: Record<string, string> = {}, atMs = NOW_MS) {
    const headers = {
      'X-Gitlab-Event': 'Push Hook',
      'Webhook-Id': 'f5e5f430-f57b-4e6e-9fac-d9128cd7232f',
      'Webhook-Timestamp': String(atMs / 1000),
      ...more,
    };
    const signature = new Webhook(SIGNING_TOKEN).sign(headers['Webhook-Id'], new Date(atMs), body);
    return webhookRequest({ headers: { 'Webhook-Signature': signature, ...headers }, body });
  }

  it('accepts the signature, alone and beside the token', async () => {
    expect(await verdictOf(type, settings, signed())).toBe('accepted');
    expect(await verdictOf(type, settings, signed({ 'X-Gitlab-Token': TOKEN }))).toBe('accepted');
  });

  it.each([
    ['nothing but the token', push(TOKEN), 'SignatureMissing'],
    ['another token beside the signature', signed({ 'X-Gitlab-Token': 'other' }), 'TokenMismatch'],
    ['a signature of another time', signed({}, NOW_MS - 301_000), 'SignatureExpired'],
    ['a malformed signature', signed({ 'Webhook-Signature': 'v1' }), 'SignatureMalformed'],
  ])('refuses %s before the body is read', (_what, request, code) => {
    expect(headVerdictOf(type, settings, request)).toBe(code);
  });

  it('refuses another body', async () => {
    expect(await verdictOf(type, settings, { ...signed(), body: Buffer.from('{}') })).toBe('SignatureMismatch');
  });

  it.each([
    [SIGNING_TOKEN, 'prepared'],
    [`${SIGNING_TOKEN}\n`, 'prepared'],
    ['', "TokenNotFound: the Secret has an empty 'signingToken'"],
    ...[`whsec_${Buffer.alloc(31).toString('base64')}`, Buffer.alloc(32).toString('base64'), `${SIGNING_TOKEN} x`].map(
      (text) => [
        text,
        "TokenNotFound: the Secret's key 'signingToken' cannot be used: it is not whsec_ and base64 of 32 bytes",
      ],
    ),
  ])('with the key %j is: %s', (signingToken, prepared) => {
    expect(preparedWith(type, { signingToken })).toBe(prepared);
  });
});
