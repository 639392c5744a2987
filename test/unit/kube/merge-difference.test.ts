import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeDifference } from '../../../operator/kube/merge-difference.ts';

describe('mergeDifference', () => {
  it.each<[string, unknown, unknown, unknown]>([
    ['nothing where nothing differs', { a: 1, b: [{ c: 2 }] }, { b: [{ c: 2 }], a: 1 }, undefined],
    ['only what differs', { a: 1, b: 2 }, { a: 1, b: 3 }, { b: 3 }],
    ['null for a key to remove', { a: 1, b: 2 }, { a: 1 }, { b: null }],
    ['undefined as a key to remove', { a: 1, b: 2 }, { a: 1, b: undefined }, { b: null }],
    ['null as a key to remove', { a: 1, b: 2 }, { a: 1, b: null }, { b: null }],
    ['nothing for an undefined that was not there', { a: 1 }, { a: 1, b: undefined }, undefined],
    ['a list as a whole', { a: [1, 2] }, { a: [1, 3] }, { a: [1, 3] }],
    ['a list that became shorter', { a: [1, 2] }, { a: [1] }, { a: [1] }],
    ['nothing for an undefined property inside a list', { a: [{ x: 1 }] }, { a: [{ x: 1, y: undefined }] }, undefined],
    [
      'the way down to a nested difference',
      { a: { b: { c: 1, d: 2 } } },
      { a: { b: { c: 9, d: 2 } } },
      { a: { b: { c: 9 } } },
    ],
    ['an empty object that was not there', {}, { a: {} }, { a: {} }],
    ['an object in the place of a list', { a: [1] }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['a number in the place of an object', { a: { b: 1 } }, { a: 1 }, { a: 1 }],
    ['an empty string, which is a value', { a: 'x' }, { a: '' }, { a: '' }],
  ])('gives %s', (_name, from, to, patch) => {
    expect(mergeDifference(from, to)).toEqual(patch);
  });

  it('leads from any object to any other, when applied as RFC 7396 says, and is nothing only for equal ones', () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, fc.integer({ max: 3 }), fc.boolean(), tie('list'), tie('object')),
      list: fc.array(tie('value'), { maxLength: 3 }),
      object: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'), tie('value'), {
        noNullPrototype: true,
      }),
    }));
    fc.assert(
      fc.property(json.object, json.object, (from, to) => {
        const patch = mergeDifference(from, to);
        expect(JSON.stringify(sorted(applyMergePatch(from, patch ?? {})))).toBe(JSON.stringify(sorted(to)));
        expect(patch === undefined).toBe(JSON.stringify(sorted(from)) === JSON.stringify(sorted(to)));
      }),
    );
  });
});

/** The algorithm of RFC 7396, section 2. */
function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isObject = typeof target === 'object' && target !== null && !Array.isArray(target);
  const result = new Map<string, unknown>(isObject ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, applyMergePatch(result.get(key), value));
  }
  return Object.fromEntries(result);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}
