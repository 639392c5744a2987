import { describe, expect, it } from 'vitest';
import { jsonFilterInput } from '../../../operator/webhooks/json-filter-input.ts';
import { webhookRequest } from '../../support/webhook-request.ts';

const request = (contentType: string | undefined, body: string | Buffer) =>
  webhookRequest({ headers: contentType === undefined ? {} : { 'Content-Type': contentType }, body });

describe('jsonFilterInput', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON', 'text/plain, application/json'])(
    'is the body for content type %s',
    (contentType) => {
      expect(jsonFilterInput(request(contentType, '{"a":{"b":[1]}}'))).toEqual({ a: { b: [1] } });
    },
  );

  it.each([
    undefined,
    '',
    'text/plain',
    'application/jsonp',
    'application/vnd.api+json',
    'application/x-www-form-urlencoded',
  ])('is empty for content type %s, whatever the body', (contentType) => {
    expect(jsonFilterInput(request(contentType, '{"a":1}'))).toEqual({});
    expect(jsonFilterInput(request(contentType, '{'))).toEqual({});
  });

  it.each([
    ['empty', ''],
    ['not JSON', '{'],
    ['a list', '[]'],
    ['one with a number beyond a double', '{"a":[{"b":-1e400}]}'],
    ['a number', '1'],
    ['too deep', `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
  ])('fails for JSON that is %s', (_what, body) => {
    expect(() => jsonFilterInput(request('application/json', body))).toThrow(
      expect.objectContaining({ code: 'FilterInputInvalid' }),
    );
  });

  it.each([
    ['the first of two values', '{"a":1}{"a":2}', { a: 1 }],
    ['what is before a NUL', '{"a":1}\n\0', { a: 1 }],
    ['empty for null', 'null', {}],
    ['empty for null and more', ' null text', {}],
    ['all of a double’s range', '{"a":[1e308,-1e308,1e-400]}', { a: [1e308, -1e308, 0] }],
  ])('is %s', (_what, body, expected) => {
    expect(jsonFilterInput(request('application/json', body))).toEqual(expected);
  });

  it('keeps keys that would change a prototype as keys', () => {
    const input = jsonFilterInput(request('application/json', '{"__proto__":{"admin":true}}'));
    expect(Object.keys(input)).toEqual(['__proto__']);
    expect(input.admin).toBeUndefined();
  });

  it('replaces what is not UTF-8', () => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expect(jsonFilterInput(request('application/json', body))).toEqual({ a: '\ufffd(' });
  });
});
