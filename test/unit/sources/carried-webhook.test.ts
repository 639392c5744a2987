import { expect, it } from 'vitest';
import { carriedWebhook } from '../../../operator/sources/carried-webhook.ts';

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const encoded = { 'content-transfer-encoding': 'base64' };
const asText = (body: Buffer, attributes: Record<string, string> = {}) => {
  const { headers, body: raw } = carriedWebhook({ body, attributes, sentAtMs: undefined });
  return { headers, body: raw.toString() };
};

it.each<[name: string, body: Buffer, attributes: Record<string, string>, webhook: { headers: object; body: string }]>([
  ['as it came', Buffer.from('a=b'), { 'X-A': '1' }, { headers: { 'x-a': '1' }, body: 'a=b' }],
  ['in base64', Buffer.from(base64('raw')), { ...encoded, a: '1' }, { headers: { a: '1' }, body: 'raw' }],
  [
    'by API Gateway',
    json({ headers: { 'X-Hub-Signature-256': 's', n: 1 }, body: '{ "a": 1 }', isBase64Encoded: false }),
    { ignored: '1' },
    { headers: { 'x-hub-signature-256': 's' }, body: '{ "a": 1 }' },
  ],
  [
    'by API Gateway, with space around it',
    Buffer.from(` \n${JSON.stringify({ headers: { a: '1' }, body: 'raw' })}\n`),
    {},
    { headers: { a: '1' }, body: 'raw' },
  ],
  [
    'by API Gateway, in base64',
    json({ headers: {}, body: base64('raw'), isBase64Encoded: true }),
    {},
    { headers: {}, body: 'raw' },
  ],
  [
    'by API Gateway, which base64 wraps',
    Buffer.from(base64(JSON.stringify({ headers: {}, body: 'raw' }))),
    encoded,
    { headers: {}, body: 'raw' },
  ],
])('%s', (_name, body, attributes, webhook) => {
  expect(asText(body, attributes)).toEqual(webhook);
});

it.each<[name: string, body: object]>([
  ['no headers', { body: 'raw' }],
  ['headers that are a list', { headers: [], body: 'raw' }],
  ['no body', { headers: {} }],
  ['a body that is an object', { headers: {}, body: {} }],
  ['a word where true or false is expected', { headers: {}, body: 'raw', isBase64Encoded: 'true' }],
])('is no request of API Gateway: %s', (_name, body) => {
  expect(asText(json(body), { a: '1' })).toEqual({ headers: { a: '1' }, body: JSON.stringify(body) });
});
