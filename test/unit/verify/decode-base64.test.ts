import { expect, it } from 'vitest';
import { decodeBase64 } from '../../../operator/verify/decode-base64.ts';

it.each([
  ['', ''],
  ['YQ==', 'a'],
  ['YWI=', 'ab'],
  ['YWJj', 'abc'],
  ['YW\r\nJj\n', 'abc'],
  ['YQ', undefined],
  ['YQ=', undefined],
  ['Y===', undefined],
  ['====', undefined],
  ['YQ==YQ==', undefined],
  ['YW j', undefined],
  ['-_-_', undefined],
])('decodeBase64: %j is %j', (text, decoded) => {
  expect(decodeBase64(text)?.toString()).toBe(decoded);
});

it('decodes what is long', () => {
  const bytes = Buffer.alloc(12_000_000, 'a');
  expect(decodeBase64(bytes.toString('base64'))?.equals(bytes)).toBe(true);
  expect(decodeBase64(`${bytes.toString('base64')}!AAA`)).toBeUndefined();
});
