/** Which targets filters are run for. */
import { describe, expect, it } from 'vitest';
import { passes, sortByName } from '../../../operator/receivers/choose.ts';
import { compileTargets } from '../../../operator/receivers/compile-targets.ts';
import { type SelectedTarget, selectedTargets } from '../../../operator/receivers/selected-targets.ts';

const type = { apiVersion: 'source.toolkit.fluxcd.io/v1', plural: 'gitrepositories', namespaced: true };
const NAMES = ['a', 'b', 'c'];

function targetOf(name: string): SelectedTarget {
  return { type, kind: 'GitRepository', namespace: 'apps', name, metadata: { name, namespace: 'apps' } };
}

function sorted(names: readonly string[], resourceFilter: string | undefined, filter?: string) {
  const resources = [{ kind: 'GitRepository', name: '*', matchLabels: {}, ...(filter !== undefined && { filter }) }];
  const compiled = compileTargets({ resources, resourceFilter }, 'apps');
  const [entry] = compiled.entries;
  if (entry === undefined) throw new Error('there is no entry');
  const input = compiled.filtered ? { req: { name: 'b', number: 1 } } : undefined;
  const { candidates, others } = sortByName(compiled, input, entry, selectedTargets(names.map(targetOf)));
  const left = candidates.filter((target) => {
    try {
      return passes(compiled, input, entry, target);
    } catch {
      return false;
    }
  });
  const namesOf = (targets: Iterable<{ readonly name: string }>) => [...targets].map(({ name }) => name);
  expect(others.count).toBe([...others].length);
  expect(
    names
      .map(targetOf)
      .filter(others.has)
      .map(({ name }) => name),
  ).toEqual(namesOf(others));
  return { candidates: namesOf(candidates), others: namesOf(others), left: namesOf(left) };
}

describe('filters', () => {
  it.for<
    [
      title: string,
      resourceFilter: string | undefined,
      filter: string | undefined,
      candidates: string[],
      left: string[],
    ]
  >([
    ['that name the target are run for it alone', 'req.name == res.metadata.name', undefined, ['b'], ['b']],
    ['of an entry, too', undefined, 'res.metadata.name == req.name', ['b'], ['b']],
    ['are all run for it', 'req.name == res.metadata.name', "res.metadata.name == 'c'", ['b'], []],
    ['that name one that is not there are run for none', "res.metadata.name == 'x'", undefined, [], []],
    ['that name none are run for all', "res.metadata.name != 'b'", undefined, NAMES, ['a', 'c']],
    ['that cannot say which are run for all', 'req.missing == res.metadata.name', undefined, NAMES, []],
    ['that compare it with no string are run for all', 'req.number == res.metadata.name', undefined, NAMES, []],
    ['that are not there leave all', undefined, undefined, NAMES, NAMES],
  ])('%s', ([, resourceFilter, filter, candidates, left]) => {
    const others = NAMES.filter((name) => !candidates.includes(name));
    expect(sorted(NAMES, resourceFilter, filter)).toEqual({ candidates, others, left });
  });

  it('are run for a target that is the only one', () => {
    expect(sorted(['a'], 'req.missing == res.metadata.name')).toEqual({ candidates: ['a'], others: [], left: [] });
  });
});
