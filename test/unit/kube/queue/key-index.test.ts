import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyIndex } from '../../../../operator/kube/queue/key-index.ts';

describe('createKeyIndex', () => {
  it('finds keys by what they refer to now', () => {
    const index = createKeyIndex();
    index.set('a', 'x');
    index.set('b', 'x');
    index.set('a', 'y');
    expect([index.keysOf('x'), index.keysOf('y'), index.keysOf('z')]).toEqual([['b'], ['a'], []]);
    index.set('b', undefined);
    expect([...index.referred()]).toEqual(['y']);
  });

  it('gives keys that may be moved while they are gone through', () => {
    const index = createKeyIndex();
    for (const key of ['a', 'b', 'c']) index.set(key, 'x');
    for (const key of index.keysOf('x')) {
      index.set(key, undefined);
      index.set(key, 'x');
    }
    expect(index.keysOf('x')).toEqual(['a', 'b', 'c']);
  });

  it('agrees with a list of pairs, whatever is set, and holds nothing that no key refers to', () => {
    const step = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y', undefined));
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const index = createKeyIndex();
        const pairs = new Map<string, string | undefined>();
        for (const [key, to] of steps) {
          index.set(key, to);
          pairs.set(key, to);
        }
        for (const to of ['x', 'y']) {
          const expected = [...pairs].filter(([, at]) => at === to).map(([key]) => key);
          expect([...index.keysOf(to)].sort()).toEqual(expected.sort());
        }
        const referred = new Set([...pairs.values()].filter((to) => to !== undefined));
        expect(new Set(index.referred())).toEqual(referred);
      }),
    );
  });
});
