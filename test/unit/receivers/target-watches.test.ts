/** What is watched of targets, and who hears of it. */
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../operator/kube/api-error.ts';
import { createTargetWatches, type TargetChange } from '../../../operator/receivers/target-watches.ts';
import { createLines } from './lines.ts';
import { createScriptedApi } from './scripted-api.ts';

const TYPE = { apiVersion: 'source.toolkit.fluxcd.io/v1', plural: 'gitrepositories', namespaced: true };
const LISTED = { metadata: { resourceVersion: '1' }, items: [{ metadata: { name: 'a', namespace: 'apps' } }] };
const ALL: TargetChange = { apiVersion: TYPE.apiVersion, kind: 'GitRepository', event: undefined };

function setUp(answer: unknown, namespace?: string) {
  const api = createScriptedApi();
  api.answer(() => answer);
  const changes: TargetChange[] = [];
  const watches = createTargetWatches({ client: api.client, namespace, follows: false, log: createLines().log });
  watches.subscribe((change) => void changes.push(change));
  return { api, changes, watches };
}

describe('a kind of targets', () => {
  it('is watched once, and is announced as a whole when it is listed', async () => {
    const { api, changes, watches } = setUp(LISTED);
    expect(watches.listed(TYPE, 'apps', true)).toBeUndefined();
    const informer = watches.watch(TYPE, 'GitRepository', 'apps');
    expect(watches.watch(TYPE, 'GitRepository', 'other')).toBe(informer);
    await informer?.whenSynced();
    expect(changes).toEqual([ALL]);
    expect(watches.listed(TYPE, 'apps', true)?.get('apps/a')).toMatchObject({ metadata: { name: 'a' } });
    expect(api.asked).toEqual(['GET /apis/source.toolkit.fluxcd.io/v1/gitrepositories']);
    await watches.stop();
  });

  it('is not watched in a namespace that the operator does not serve', async () => {
    const { api, watches } = setUp(LISTED, 'flux-system');
    expect(watches.watch(TYPE, 'GitRepository', 'apps')).toBeUndefined();
    expect(watches.listed(TYPE, 'apps', true)).toBeUndefined();
    expect(api.asked).toEqual([]);
  });

  it.each([403, 404])('that is refused with %i is announced, and not known', async (status) => {
    const { changes, watches } = setUp(new ApiError(status, undefined, undefined));
    const informer = watches.watch(TYPE, 'GitRepository', 'apps');
    await expect.poll(() => changes).toContainEqual(ALL);
    expect(informer && watches.isRefused(informer)).toBe(true);
    expect(watches.listed(TYPE, 'apps', true)).toBeUndefined();
    await watches.stop();
  });
});
