import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../operator/api/errors.ts';
import {
  checkStandardSignature,
  parsePublicKey,
  parseSecretKey,
  readStandardSignature,
  SECRET_LENGTH,
  type SigningKey,
} from '../../../operator/verify/standard-webhooks.ts';
import { webhookRequest } from '../../support/webhook-request.ts';

const NOW_MS = Date.UTC(2026, 0, 2, 15, 4, 5);
const ID = 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W';
const BODY = '{"type":"image.pushed"}';
const whsec = (bytes: Buffer) => `whsec_${bytes.toString('base64')}`;
const SECRET = whsec(randomBytes(32));
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const PUBLIC = `whpk_${publicKey.export({ format: 'der', type: 'spki' }).subarray(12).toString('base64')}`;

const keyOf = (text: string): SigningKey => {
  const key = parseSecretKey(text, SECRET_LENGTH) ?? parsePublicKey(text);
  if (key === undefined) throw new Error(`no key: ${text}`);
  return key;
};
/** As the project's own library signs. */
const v1 = (secret = SECRET, body = BODY, atMs = NOW_MS) => new Webhook(secret).sign(ID, new Date(atMs), body);
const v1a = (body = BODY) =>
  `v1a,${sign(null, Buffer.from(`${ID}.${NOW_MS / 1000}.${body}`), privateKey).toString('base64')}`;

interface Sent {
  readonly id?: string | string[] | undefined;
  readonly timestamp?: string;
  readonly signature?: string | string[];
  readonly body?: string | Buffer;
}

function verdict(sent: Sent, keys: readonly string[] = [SECRET], nowMs = NOW_MS): string {
  const { id = ID, timestamp = String(NOW_MS / 1000), signature = v1(), body = BODY } = sent;
  const headers = { 'Webhook-Id': id, 'Webhook-Timestamp': timestamp, 'Webhook-Signature': signature };
  const request = webhookRequest({ headers, body });
  try {
    checkStandardSignature(readStandardSignature(request, nowMs), keys.map(keyOf), request.body);
    return 'genuine';
  } catch (error) {
    if (error instanceof RequestError) return error.code;
    throw error;
  }
}

describe('a signature', () => {
  it.each<[what: string, sent: Sent, keys?: readonly string[]]>([
    ['of the library', {}],
    ['by the second key', {}, [whsec(randomBytes(24)), SECRET]],
    ['that is the second', { signature: `${v1(whsec(randomBytes(24)))} ${v1()}` }],
    ['beside one of a version that nobody knows', { signature: `v9,AAAA ${v1()} v1` }],
    ['of an empty body', { body: '', signature: v1(SECRET, '') }],
    ['by ed25519', { signature: v1a() }, [PUBLIC]],
    ['by ed25519, beside a secret', { signature: `${v1(whsec(randomBytes(32)))} ${v1a()}` }, [SECRET, PUBLIC]],
    ['by the longest and the shortest secret', {}, [whsec(randomBytes(64)), whsec(randomBytes(24)), SECRET]],
  ])('%s is genuine', (_what, sent, keys) => {
    expect(verdict(sent, keys)).toBe('genuine');
  });

  it('of a body that is no text is genuine', () => {
    const body = Buffer.from([0, 0xff]);
    // The library signs text alone.
    const hmac = createHmac('sha256', Buffer.from(SECRET.slice('whsec_'.length), 'base64'));
    const digest = hmac
      .update(`${ID}.${NOW_MS / 1000}.`)
      .update(body)
      .digest('base64');
    expect(verdict({ body, signature: `v1,${digest}` })).toBe('genuine');
  });

  it.each<[what: string, sent: Sent, code: string, keys?: readonly string[]]>([
    ['another body', { body: `${BODY} ` }, 'SignatureMismatch'],
    ['another id', { id: 'msg_other' }, 'SignatureMismatch'],
    ['another time', { timestamp: String(NOW_MS / 1000 + 1) }, 'SignatureMismatch'],
    ['another key', {}, 'SignatureMismatch', [whsec(randomBytes(32))]],
    ['the other kind of key', {}, 'SignatureMismatch', [PUBLIC]],
    ['a signature of ed25519 called v1', { signature: v1a().replace('v1a', 'v1') }, 'SignatureMalformed', [PUBLIC]],
    ['a signature of ed25519 for another body', { signature: v1a('{}') }, 'SignatureMismatch', [PUBLIC]],
    ['no signature', { signature: '' }, 'SignatureMissing'],
    ['no id', { id: '' }, 'SignatureMissing'],
    ['no timestamp', { timestamp: '' }, 'SignatureMissing'],
    ['two headers', { signature: [v1(), v1()] }, 'SignatureAmbiguous'],
    ['two ids', { id: [ID, ID] }, 'SignatureAmbiguous'],
    ['a version that nobody knows', { signature: `v2,${v1().slice(3)}` }, 'SignatureMalformed'],
    ['no version', { signature: v1().slice(3) }, 'SignatureMalformed'],
    ['hex', { signature: 'v1,abcdef' }, 'SignatureMalformed'],
    ['commas between', { signature: `${v1()},${v1()}` }, 'SignatureMalformed'],
    ['nine signatures', { signature: Array(9).fill(v1()).join(' ') }, 'SignatureMalformed'],
    ['a fraction of a second', { timestamp: `${NOW_MS / 1000}.0` }, 'SignatureMalformed'],
    ['a time in words', { timestamp: 'now' }, 'SignatureMalformed'],
    ['a negative time', { timestamp: '-1' }, 'SignatureMalformed'],
    ['an endless time', { timestamp: '9'.repeat(400) }, 'SignatureMalformed'],
  ])('with %s is refused', (_what, sent, code, keys) => {
    expect(verdict(sent, keys)).toBe(code);
  });

  it.each([
    [-300, 'genuine'],
    [300, 'genuine'],
    [-301, 'SignatureExpired'],
    [301, 'SignatureExpired'],
  ])('%i s from now: %s', (seconds, expected) => {
    const atMs = NOW_MS + seconds * 1000;
    const sent = { timestamp: String(atMs / 1000), signature: v1(SECRET, BODY, atMs) };
    expect(verdict(sent)).toBe(expected);
  });
});

describe('a key', () => {
  it.each([
    [whsec(randomBytes(23)), false],
    [whsec(randomBytes(24)), true],
    [whsec(randomBytes(64)), true],
    [whsec(randomBytes(65)), false],
    [randomBytes(32).toString('base64'), false],
    ['whsec_***', false],
    ['whsec_', false],
    ['WHSEC_AAAA', false],
  ])('%s is a secret: %s', (text, isKey) => {
    expect(parseSecretKey(text, SECRET_LENGTH) !== undefined).toBe(isKey);
  });

  it.each([
    [PUBLIC, true],
    [`whpk_${randomBytes(31).toString('base64')}`, false],
    [`whpk_${randomBytes(33).toString('base64')}`, false],
    [SECRET, false],
    ['whpk_', false],
  ])('%s is a public key: %s', (text, isKey) => {
    expect(parsePublicKey(text) !== undefined).toBe(isKey);
  });
});
