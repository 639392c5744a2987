import { describe, expect, it } from 'vitest';
import { parseFirstJson, parseJson, takeFirstJson } from '../../../operator/verify/parse-json.ts';

const bytes = (...parts: (string | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)));
const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth));

describe('parseFirstJson', () => {
  const padded = `{"a":"${'x'.repeat(20_000)}"}`;
  it.each([
    ['another value', '{"a":1}{}', { a: 1 }],
    ['text', '{"a":[1,{"b":"}"}]}text', { a: [1, { b: '}' }] }],
    ['a NUL', '{"a":1}\n\0', { a: 1 }],
    ['a bracket', '{"a":1}]', { a: 1 }],
    ['a line of its own', '{"a":1}\n{"a":2}\n', { a: 1 }],
    ['text, behind a quote in a string', String.raw`{"a":"\\\"}"}x`, { a: '\\"}' }],
    ['text, behind null', ' nullx', null],
    ['brackets that would be too deep', `{}${'['.repeat(20_000)}`, {}],
    ['text, behind much', `${padded}text`, JSON.parse(padded)],
  ])('ignores %s after the value, which parseJson refuses', (_what, text, expected) => {
    expect(parseFirstJson(Buffer.from(text))).toEqual(expected);
    expect(() => parseJson(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'PayloadInvalid' }));
  });

  it.each([
    ['space behind it', '{"a":1} \r\n\t'],
    ['space behind much', `${padded} \n`],
  ])('is the whole with %s', (_what, text) => {
    expect(parseFirstJson(Buffer.from(text))).toEqual(parseJson(Buffer.from(text)));
  });

  it.each(['', ' ', 'x{}', '{', '{"a":1', '{]}', '}', 'nul', '\0{}', '{"a":1,}{}', `${padded.slice(0, -1)}text`])(
    'refuses %j',
    (text) => {
      expect(() => parseFirstJson(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'PayloadInvalid' }));
    },
  );
});

describe('takeFirstJson', () => {
  it.each([
    ['parsed before', true],
    ['not parsed before', false],
  ])('gives the value of a body that was %s, and does not keep it', (_what, before) => {
    const body = Buffer.from('{"a":1} text');
    if (before) parseFirstJson(body);
    const value = takeFirstJson(body);
    expect(value).toEqual({ a: 1 });
    expect(takeFirstJson(body)).not.toBe(value);
  });

  it('refuses what parseFirstJson refuses', () => {
    expect(() => takeFirstJson(Buffer.from('{'))).toThrow(expect.objectContaining({ code: 'PayloadInvalid' }));
  });
});

describe('parseJson', () => {
  it.each([
    ['an object', '{"a":[1,true,null,"x"]}', { a: [1, true, null, 'x'] }],
    ['white space around', ' \r\n\t{} \n', {}],
    ['null', 'null', null],
    ['equal keys, of which the last counts', '{"a":1,"a":2}', { a: 2 }],
  ])('reads %s', (_what, text, expected) => {
    expect(parseJson(Buffer.from(text))).toEqual(expected);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['white space only', Buffer.from(' \n')],
    ['what follows the value', Buffer.from('{} x')],
    ['two values', Buffer.from('{}{}')],
    ['a byte order mark', bytes([0xef, 0xbb, 0xbf], '{}')],
    ['a comma too many', Buffer.from('{"a":1,}')],
    ['an object that does not end', Buffer.from('{"a":')],
    ['NaN', Buffer.from('{"a":NaN}')],
    ['bytes that are not UTF-8 outside a string', bytes([0xff], '{}')],
  ])('refuses %s', (_what, body) => {
    expect(() => parseJson(body)).toThrow(expect.objectContaining({ code: 'PayloadInvalid' }));
  });

  it('replaces what is not UTF-8 inside a string', () => {
    expect(parseJson(bytes('{"a":"x', [0xff], 'y"}'))).toEqual({ a: 'x\ufffdy' });
  });

  it.each([
    ['a high one', String.raw`"\ud83d"`, '\ufffd'],
    ['a low one', String.raw`"x\uDE00y"`, 'x\ufffdy'],
    ['two in the wrong order', String.raw`"\ude00\ud83d"`, '\ufffd\ufffd'],
    ['one before a pair', String.raw`"\ud83d\ud83d\ude00"`, '\ufffd😀'],
    ['a pair', String.raw`"\ud83d\ude00"`, '😀'],
    ['an escaped backslash before it', String.raw`"\\ud83d"`, '\\ud83d'],
  ])('replaces surrogates that stand alone: %s', (_what, text, expected) => {
    expect(parseJson(Buffer.from(`{"a":${text}}`))).toEqual({ a: expected });
  });

  it('makes an own property of __proto__, and changes no prototype', () => {
    const value = parseJson(Buffer.from('{"__proto__":{"polluted":true},"constructor":1}')) as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.hasOwn(value, '__proto__')).toBe(true);
    expect(value).not.toHaveProperty('polluted');
    expect({}).not.toHaveProperty('polluted');
  });

  it('goes 10,000 levels down and no deeper', () => {
    expect(parseJson(nested(10_000))).toHaveLength(1);
    expect(() => parseJson(nested(10_001))).toThrow(expect.objectContaining({ code: 'PayloadInvalid' }));
    expect(() => parseJson(nested(1_000_000))).toThrow(expect.objectContaining({ code: 'PayloadInvalid' }));
  });

  it('does not take brackets in strings for depth', () => {
    const text = `"\\"${'['.repeat(20_000)}\\\\"`;
    expect(parseJson(Buffer.from(text))).toHaveLength(20_002);
  });

  it('counts the depth anew for each of many siblings', () => {
    expect(parseJson(Buffer.from(`[${'[],'.repeat(20_000)}{}]`))).toHaveLength(20_001);
  });

  it('never quotes the body in its error', () => {
    expect(() => parseJson(Buffer.from('{"secret-token-dont-share"'))).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') }),
    );
  });

  it('parses the same body once', () => {
    const body = Buffer.from('{"a":1}');
    expect(parseJson(body)).toBe(parseJson(body));
  });
});
