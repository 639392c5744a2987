import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MAX_BYTES } from '../../../../operator/sources/envelopes/decode.ts';
import { eventOf, poisonOf } from './unwrapped.ts';

const PLAIN = { repository: 'webapp' };
const JSON_BYTES = Buffer.from(JSON.stringify(PLAIN));
const GZIP = gzipSync(JSON_BYTES);
const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
/** A JSON object of exactly that many bytes. */
const objectOf = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;

describe('decode', () => {
  it.each([
    ['gzip by its first bytes', GZIP, {}],
    ['gzip by its attribute', GZIP, { 'Content-Encoding': 'GZIP' }],
    ['gzip in two members', Buffer.concat([gzipSync(JSON_BYTES.subarray(0, 5)), gzipSync(JSON_BYTES.subarray(5))]), {}],
    ['base64', JSON_BYTES.toString('base64'), { 'content-transfer-encoding': 'base64' }],
    [
      'base64 in lines',
      `${JSON_BYTES.toString('base64').replace(/(.{8})/g, '$1\r\n')}\n`,
      { 'content-transfer-encoding': 'Base64' },
    ],
    ['base64 of gzip', GZIP.toString('base64'), { 'content-transfer-encoding': 'base64', 'content-encoding': 'gzip' }],
    ['another encoding, which is no sign', JSON_BYTES, { 'content-encoding': 'utf-8' }],
    ['an identity', JSON_BYTES, { 'content-encoding': 'identity', 'content-transfer-encoding': 'binary' }],
  ])('reads %s', (_what, body, attributes) => {
    expect(eventOf(body, { attributes }).req).toEqual(PLAIN);
  });

  it.each([
    ['gzip that is cut off', GZIP.subarray(0, 20), {}],
    ['gzip with a wrong checksum', Buffer.from(GZIP).fill(0, GZIP.length - 8, GZIP.length - 4), {}],
    ['no gzip where the attribute says so', JSON_BYTES, { 'content-encoding': 'gzip' }],
    ['zlib where the attribute says gzip', deflateSync(JSON_BYTES), { 'content-encoding': 'gzip' }],
    ['nothing where the attribute says gzip', '', { 'content-encoding': 'gzip' }],
    ['base64 with a foreign character', 'e30*', { 'content-transfer-encoding': 'base64' }],
    ['base64 that is cut off', 'e30', { 'content-transfer-encoding': 'base64' }],
    ['base64url', '-_-_', { 'content-transfer-encoding': 'base64' }],
  ])('gives up on %s', (_what, body, attributes) => {
    expect(poisonOf(body, { attributes })).toMatch(/^EncodingBroken: the body is not (gzip|base64)$/);
  });

  it.each([
    ['as it is', (bytes: number) => objectOf(bytes)],
    ['gzipped', (bytes: number) => gzipSync(objectOf(bytes))],
  ])('takes 3 MiB %s, and no byte more', (_what, body) => {
    expect(eventOf(body(MAX_BYTES)).isObject).toBe(true);
    expect(poisonOf(body(MAX_BYTES + 1))).toBe(`TooLarge: the message is larger than ${MAX_BYTES} bytes`);
  });

  it('stops inflating at the limit', () => {
    const bomb = gzipSync(gzipSync(Buffer.alloc(16 * 1024 * 1024)));
    expect(bomb.length).toBeLessThan(1_000);
    expect(eventOf(bomb).isObject).toBe(false);
    expect(poisonOf(gzipSync(Buffer.alloc(16 * 1024 * 1024)))).toMatch(/^TooLarge/);
  });

  it('takes JSON 64 deep, and no deeper', () => {
    expect(eventOf(nested(64)).isObject).toBe(true);
    expect(poisonOf(nested(65))).toBe('TooDeep: the JSON is nested deeper than 64');
    expect(poisonOf(`${'['.repeat(1_000_000)}`)).toBe('TooDeep: the JSON is nested deeper than 64');
  });

  it('counts no brackets in strings', () => {
    const text = `${'['.repeat(100)}\\"{`;
    expect(eventOf({ text }).req).toEqual({ text });
  });
});
