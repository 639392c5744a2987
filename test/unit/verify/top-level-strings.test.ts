import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topLevelStrings } from '../../../operator/verify/top-level-strings.ts';

const NAMES = ['ref', 'before', 'after'] as const;

const found = (text: string, names: readonly string[] = NAMES) => topLevelStrings(Buffer.from(text), names);

/** The strings as JSON.parse has them. */
function parsed(text: string): readonly (string | undefined)[] {
  const value = JSON.parse(text) as Record<string, unknown>;
  return NAMES.map((name) => {
    const field = Object.hasOwn(value, name) ? value[name] : undefined;
    return typeof field === 'string' ? field : undefined;
  });
}

/** Any but a surrogate. fast-check's own `binary` first makes a table of all of them, which takes longer than the tests. */
const character = fc
  .nat({ max: 0x10ffff - 0x800 })
  .map((index) => String.fromCodePoint(index < 0xd800 ? index : index + 0x800));
const name = fc.oneof(
  fc.constantFrom(...NAMES, 'refs', 're', '__proto__', 'a"b', 'a\\'),
  fc.string({ unit: character }),
);
const value = fc.oneof(
  fc.string({ unit: character }),
  fc.jsonValue(),
  fc.constantFrom(null, {}, [], '}', '\\"', '","ref":"'),
);
const object = fc.dictionary(name, value, { maxKeys: 8 });
/** JSON with spaces where they may be, and any letter of any string as an escape. */
const text = fc
  .tuple(object, fc.constantFrom(0, 1, '\t', ' \n'), fc.boolean(), fc.constantFrom('', ' ', '\r\n\t'))
  .map(([fields, indent, escaped, around]) => {
    const json = JSON.stringify(fields, undefined, indent);
    return around + (escaped ? escapeLetters(json) : json) + around;
  });

/** Escapes stay as they are. */
function escapeLetters(json: string): string {
  return json.replace(/"(?:\\.|[^"\\])*"/g, (quoted) =>
    quoted.replace(/\\u.{4}|\\.|[a-z]/g, (part) =>
      part.length > 1 ? part : `\\u${part.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}

describe('the strings at the top of a JSON object', () => {
  it('are those that JSON.parse finds', () => {
    fc.assert(
      fc.property(text, (json) => {
        expect(found(json).values).toEqual(parsed(json));
      }),
      { numRuns: 500 },
    );
  });

  it('are found in whatever bytes, or not, and an end that comes too early is told', () => {
    fc.assert(
      fc.property(text, fc.nat(), (json, at) => {
        const bytes = Buffer.from(json);
        const start = bytes.subarray(0, at % (bytes.length + 1));
        const { values, complete } = topLevelStrings(start, NAMES);
        if (complete) expect(values).toEqual(parsed(json));
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        topLevelStrings(Buffer.concat([Buffer.from('{"a":'), bytes]), NAMES);
      }),
    );
  });

  it.each([
    ['an empty object', '{}', [undefined, undefined, undefined], false],
    ['all of them', '{"ref":"r","before":"b","after":"a"}', ['r', 'b', 'a'], true],
    ['another order, with a rest that is no JSON', '{"after":"a","before":"b","ref":"r",}}}', ['r', 'b', 'a'], true],
    ['one that is no string', '{"ref":null,"before":1,"after":["a"]}', [undefined, undefined, undefined], true],
    ['one in a nested object', '{"head":{"ref":"x","n":[{"ref":"]"}]},"ref":"r"}', ['r', undefined, undefined], false],
    ['one in a string', '{"text":"\\",\\"ref\\":\\"x","ref":"r"}', ['r', undefined, undefined], false],
    ['one with an escaped name', '{"r\\u0065f":"r"}', ['r', undefined, undefined], false],
    ['the last of equal keys', '{"ref":"x","ref":"y","before":"b","after":"a"}', ['y', 'b', 'a'], true],
    ['the last of equal keys, which is no string', '{"ref":"x","ref":null}', [undefined, undefined, undefined], false],
    ['a list', '[{"ref":"r"}]', [undefined, undefined, undefined], false],
    ['a string', '"ref"', [undefined, undefined, undefined], false],
    ['nothing', '', [undefined, undefined, undefined], false],
    ['a value that is cut off', '{"ref":"r","before":"b","after":"a', ['r', 'b', undefined], false],
    ['an escape that is none', '{"ref":"\\x","before":"b"}', [undefined, 'b', undefined], false],
  ])('%s', (_what, json, values, complete) => {
    expect(found(json)).toEqual({ values, complete });
  });
});
