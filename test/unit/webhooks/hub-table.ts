/** The table of requests that the types with GitHub's signature have in common. */
import { describe, expect, it } from 'vitest';
import type { WebhookType } from '../../../operator/webhooks/webhook-type.ts';
import { headVerdictOf, TOKEN, tokenSettings, verdictOf } from '../../support/verdict-of.ts';
import { hexHmac, webhookRequest } from '../../support/webhook-request.ts';

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** @param body JSON, as the sender gives it. */
export function describeHubSignature(type: WebhookType, body: string): void {
  const sha1 = `sha1=${hexHmac('sha1', TOKEN, body)}`;
  const sha256 = `sha256=${hexHmac('sha256', TOKEN, body)}`;
  const sha512 = `sha512=${hexHmac('sha512', TOKEN, body)}`;
  const wrong = `sha256=${'00'.repeat(32)}`;
  const form = `payload=${encodeURIComponent(body)}`;
  const json = (headers: Record<string, string | string[]>, contentType = JSON_TYPE) =>
    webhookRequest({ headers: { 'Content-Type': contentType, ...headers }, body });
  const signedForm = (text: string) => {
    const signature = `sha256=${hexHmac('sha256', TOKEN, text)}`;
    return webhookRequest({ headers: { 'Content-Type': FORM_TYPE, 'X-Hub-Signature-256': signature }, body: text });
  };

  describe('its signature', () => {
    it.each([
      ['SHA-256', json({ 'X-Hub-Signature-256': sha256 })],
      ['only the older header', json({ 'X-Hub-Signature': sha1 })],
      ['SHA-256 in the older header', json({ 'X-Hub-Signature': sha256 })],
      ['SHA-512 in the older header', json({ 'X-Hub-Signature': sha512 })],
      ['SHA-1 in the newer header', json({ 'X-Hub-Signature-256': sha1 })],
      ['both headers', json({ 'X-Hub-Signature-256': sha256, 'X-Hub-Signature': sha1 })],
      ['both, the older one wrong', json({ 'X-Hub-Signature-256': sha256, 'X-Hub-Signature': 'sha1=00' })],
      ['both, the newer one empty', json({ 'X-Hub-Signature-256': '', 'X-Hub-Signature': sha1 })],
      ['a content type with parameters', json({ 'X-Hub-Signature-256': sha256 }, 'Application/JSON; charset=utf-8')],
      ['a form', signedForm(form)],
      ['a form without a payload', signedForm('a=1')],
      ['an empty form', signedForm('')],
    ])('is accepted: %s', async (_what, request) => {
      expect(await verdictOf(type, tokenSettings, request)).toBe('accepted');
    });

    it.each([
      ['none', json({}), 'SignatureMissing'],
      ['an empty one', json({ 'X-Hub-Signature-256': '' }), 'SignatureMissing'],
      ['the newer header twice', json({ 'X-Hub-Signature-256': [sha256, sha256] }), 'SignatureAmbiguous'],
      ['the older header twice', json({ 'X-Hub-Signature': [sha1, sha1] }), 'SignatureAmbiguous'],
      [
        'the older header twice beside a good newer one',
        json({ 'X-Hub-Signature-256': sha256, 'X-Hub-Signature': [sha1, sha1] }),
        'SignatureAmbiguous',
      ],
      ['an unknown algorithm', json({ 'X-Hub-Signature-256': `md5=${'00'.repeat(16)}` }), 'SignatureMalformed'],
      ['the wrong length', json({ 'X-Hub-Signature-256': 'sha256=abcd' }), 'SignatureMalformed'],
      ['what is not hex', json({ 'X-Hub-Signature-256': `sha256=${'xy'.repeat(32)}` }), 'SignatureMalformed'],
      [
        'no content type',
        webhookRequest({ headers: { 'X-Hub-Signature-256': sha256 }, body }),
        'ContentTypeUnsupported',
      ],
      ['another content type', json({ 'X-Hub-Signature-256': sha256 }, 'text/plain'), 'ContentTypeUnsupported'],
      [
        'a content type that only begins well',
        json({ 'X-Hub-Signature-256': sha256 }, 'application/jsonp'),
        'ContentTypeUnsupported',
      ],
    ])('is refused before the body is read: %s', (_what, request, code) => {
      expect(headVerdictOf(type, tokenSettings, request)).toBe(code);
    });

    it.each([
      ['a wrong one', json({ 'X-Hub-Signature-256': wrong }), 'SignatureMismatch'],
      [
        'a wrong newer one beside a good older one',
        json({ 'X-Hub-Signature-256': wrong, 'X-Hub-Signature': sha1 }),
        'SignatureMismatch',
      ],
      [
        'of the payload alone, in a form',
        webhookRequest({ headers: { 'Content-Type': FORM_TYPE, 'X-Hub-Signature-256': sha256 }, body: form }),
        'SignatureMismatch',
      ],
      ['a good one of what is no form', signedForm('payload=%zz'), 'PayloadInvalid'],
    ])('is refused: %s', async (_what, request, code) => {
      expect(await verdictOf(type, tokenSettings, request)).toBe(code);
    });
  });

  describe('what its filters see', () => {
    it.each([
      ['JSON', json({})],
      ['a form', signedForm(form)],
      ['a form with a charset', { ...signedForm(form), headers: { 'content-type': `${FORM_TYPE}; charset=utf-8` } }],
    ])('is the event: %s', (_what, request) => {
      expect(type.filterInput?.(request)).toEqual(JSON.parse(body));
    });

    it('is nothing, of a form without a payload', () => {
      expect(type.filterInput?.(signedForm('a=1'))).toEqual({});
    });

    it.each([
      ['empty JSON', webhookRequest({ headers: { 'Content-Type': JSON_TYPE } })],
      ['a list', webhookRequest({ headers: { 'Content-Type': JSON_TYPE }, body: '[]' })],
      ['a payload that is empty', signedForm('payload=')],
      ['a payload that is not JSON', signedForm('payload=x')],
      ['a payload that is a list', signedForm('payload=[]')],
      ['what is no form', signedForm('payload=%')],
    ])('is missing: %s', (_what, request) => {
      expect(() => type.filterInput?.(request)).toThrow(expect.objectContaining({ code: 'FilterInputInvalid' }));
    });
  });
}
