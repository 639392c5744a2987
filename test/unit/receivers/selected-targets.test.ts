/** Which of the watched objects an entry means, asked for one by one or all at once. */
import { describe, expect, it } from 'vitest';
import { compileTargets } from '../../../operator/receivers/compile-targets.ts';
import { selectedOf } from '../../../operator/receivers/selected-targets.ts';

const type = { apiVersion: 'source.toolkit.fluxcd.io/v1', plural: 'gitrepositories', namespaced: true };
const OBJECTS = [
  { metadata: { namespace: 'apps', name: 'a', labels: { team: 'web' } } },
  { metadata: { namespace: 'apps', name: 'b', labels: { team: 'data', tier: '1' } } },
  { metadata: { namespace: 'apps', name: 'c' } },
  { metadata: { namespace: 'other', name: 'd', labels: { team: 'web' } } },
];
const watched = new Map(OBJECTS.map((object) => [`${object.metadata.namespace}/${object.metadata.name}`, object]));

describe('an entry of all objects', () => {
  it.each<[matchLabels: Record<string, string>, names: string[]]>([
    [{}, ['a', 'b', 'c']],
    [{ team: 'web' }, ['a']],
    [{ team: 'data', tier: '1' }, ['b']],
    [{ team: 'data', tier: '2' }, []],
  ])('with the labels %j means those of its namespace that have them', (matchLabels, names) => {
    const resources = [{ kind: 'GitRepository', name: '*', matchLabels }];
    const [entry] = compileTargets({ resources }, 'apps').entries;
    if (entry === undefined) throw new Error('there is no entry');
    const selected = selectedOf(watched, type, entry);
    expect([...selected].map(({ name }) => name)).toEqual(names);
    expect(selected.size).toBe(names.length);
    const found = OBJECTS.flatMap(({ metadata: { name } }) => selected.get(name) ?? []);
    expect(found).toEqual([...selected]);
  });

  it('of a kind without namespaces means objects by their names alone', () => {
    const [entry] = compileTargets({ resources: [{ kind: 'Thing', name: '*', matchLabels: {} }] }, 'apps').entries;
    if (entry === undefined) throw new Error('there is no entry');
    const things = new Map([['a', { metadata: { name: 'a' } }]]);
    const selected = selectedOf(things, { ...type, namespaced: false }, entry);
    expect([selected.size, selected.get('a')?.name, selected.get('b')]).toEqual([1, 'a', undefined]);
  });
});
