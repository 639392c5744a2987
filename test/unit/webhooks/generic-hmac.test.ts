import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { genericHmac } from '../../../operator/webhooks/generic-hmac.ts';
import { headVerdictOf, settingsOf, TOKEN, tokenSettings, verdictOf } from '../../support/verdict-of.ts';
import { hexHmac, webhookRequest } from '../../support/webhook-request.ts';

const BODY = '{"image":"registry.example.com/webapp:v1.2.3"}';
const signed = (signature: string | string[], body: string | Buffer = BODY) =>
  webhookRequest({ headers: { 'X-Signature': signature }, body });

describe('generic-hmac', () => {
  it.each([
    ['sha1', signed(`sha1=${hexHmac('sha1', TOKEN, BODY)}`)],
    ['sha256', signed(`sha256=${hexHmac('sha256', TOKEN, BODY)}`)],
    ['sha512', signed(`sha512=${hexHmac('sha512', TOKEN, BODY)}`)],
    ['hex in capitals', signed(`sha256=${hexHmac('sha256', TOKEN, BODY).toUpperCase()}`)],
    ['an empty body', signed(`sha256=${hexHmac('sha256', TOKEN, '')}`, '')],
    [
      'a body that is no text',
      signed(`sha1=${hexHmac('sha1', TOKEN, Buffer.from([0xff, 0]))}`, Buffer.from([0xff, 0])),
    ],
  ])('accepts a correct signature: %s', async (_what, request) => {
    expect(await verdictOf(genericHmac, tokenSettings, request)).toBe('accepted');
  });

  it('takes GET and PUT beside POST', () => {
    expect(genericHmac.methods).toEqual(['POST', 'GET', 'PUT']);
  });

  it('takes a token of any bytes', async () => {
    const token = Buffer.from([0, 10, 255, 128]);
    const request = signed(`sha256=${hexHmac('sha256', token, BODY)}`);
    expect(await verdictOf(genericHmac, settingsOf({ secret: { token } }), request)).toBe('accepted');
  });

  it.each([
    ['no signature', webhookRequest({ body: BODY }), 'SignatureMissing'],
    ['an empty one', signed(''), 'SignatureMissing'],
    ['two', signed(Array(2).fill(`sha256=${hexHmac('sha256', TOKEN, BODY)}`)), 'SignatureAmbiguous'],
    ['no algorithm', signed(hexHmac('sha256', TOKEN, BODY)), 'SignatureMalformed'],
    ['an unknown algorithm', signed(`md5=${'00'.repeat(16)}`), 'SignatureMalformed'],
    ['the wrong length', signed('sha256=00'), 'SignatureMalformed'],
    [
      'a digest under the name of another algorithm',
      signed(`sha1=${hexHmac('sha256', TOKEN, BODY)}`),
      'SignatureMalformed',
    ],
  ])('refuses %s before the body is read', (_what, request, code) => {
    expect(headVerdictOf(genericHmac, tokenSettings, request)).toBe(code);
  });

  it.each([
    ['another token', signed(`sha256=${hexHmac('sha256', 'other', BODY)}`)],
    ['the token with a line break', signed(`sha256=${hexHmac('sha256', `${TOKEN}\n`, BODY)}`)],
    ['another body', signed(`sha256=${hexHmac('sha256', TOKEN, `${BODY} `)}`)],
  ])('refuses a signature of %s', async (_what, request) => {
    expect(await verdictOf(genericHmac, tokenSettings, request)).toBe('SignatureMismatch');
  });

  it('accepts the one correct signature of a body and refuses it for every other', async () => {
    const bytes = fc.uint8Array({ maxLength: 64 });
    await fc.assert(
      fc.asyncProperty(bytes, bytes, async (a, b) => {
        const signature = `sha256=${hexHmac('sha256', TOKEN, Buffer.from(a))}`;
        expect(await verdictOf(genericHmac, tokenSettings, signed(signature, Buffer.from(a)))).toBe('accepted');
        fc.pre(Buffer.compare(a, b) !== 0);
        expect(await verdictOf(genericHmac, tokenSettings, signed(signature, Buffer.from(b)))).toBe(
          'SignatureMismatch',
        );
      }),
    );
  });

  it('refuses a correct signature with any bit of it turned', async () => {
    const digest = Buffer.from(hexHmac('sha256', TOKEN, BODY), 'hex');
    for (let bit = 0; bit < digest.length * 8; bit++) {
      const forged = Buffer.from(digest);
      forged.writeUInt8(forged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(await verdictOf(genericHmac, tokenSettings, signed(`sha256=${forged.toString('hex')}`))).toBe(
        'SignatureMismatch',
      );
    }
  });
});
