/** What is watched of targets that are followed, and with which rights. */
import { expect, it } from 'vitest';
import { ApiError } from '../../../operator/kube/api-error.ts';
import { createTargetWatches } from '../../../operator/receivers/target-watches.ts';
import { createLines } from './lines.ts';
import { createScriptedApi } from './scripted-api.ts';

const TYPE = { apiVersion: 'source.toolkit.fluxcd.io/v1', plural: 'gitrepositories', namespaced: true };
const SECRETS = { apiVersion: 'v1', plural: 'secrets', namespaced: true };
const labels = { team: 'a' };
const LIST = {
  metadata: { resourceVersion: '1' },
  items: [
    {
      metadata: { name: 'app', namespace: 'apps', resourceVersion: '1', labels },
      spec: { ref: { branch: 'main' } },
      status: { artifact: { revision: 'main@sha1:abc' } },
    },
  ],
};

function setUp(answer: unknown = LIST, namespace?: string, follows = true) {
  const api = createScriptedApi();
  api.answer(() => answer);
  const { log } = createLines();
  const watches = createTargetWatches({ client: api.client, namespace, follows, log });
  const changes: string[] = [];
  watches.subscribe(({ kind, event }) => changes.push(`${kind} ${event?.type}`));
  return { api, watches, changes };
}

const git = { state: { revision: 'main@sha1:abc', trackedRef: 'refs/heads/main' } };

it('a kind that is followed is listed as a whole, in pages, once, and reduced', async () => {
  const { api, watches, changes } = setUp();
  expect(watches.find('GitRepository', 'apps/app')).toBeUndefined();
  watches.follow(TYPE, 'GitRepository', 'apps');
  watches.follow(TYPE, 'GitRepository', 'other');
  await expect.poll(() => watches.find('GitRepository', 'apps/app')?.observed).toMatchObject(git.state);
  expect(watches.find('GitRepository', 'apps/app')?.type).toBe(TYPE);
  expect(watches.find('GitRepository', 'apps/other')).toEqual({ type: TYPE, observed: undefined });
  expect([...watches.observed('GitRepository')]).toHaveLength(1);
  expect(changes).toContain('GitRepository undefined');
  const lists = api.requests.filter(({ query }) => query?.watch === undefined);
  expect(lists).toMatchObject([{ query: { limit: 200 } }]);
  expect(lists[0]).not.toHaveProperty('accept');
  // Without labels nobody can select by them.
  expect(watches.listed(TYPE, 'apps', true)).toBeUndefined();
  expect(watches.listed(TYPE, 'apps', false)?.get('apps/app')?.metadata).toEqual({
    name: 'app',
    namespace: 'apps',
    resourceVersion: '1',
  });
  await watches.stop();
});

it('a filter on the object makes one watch of the two', async () => {
  const { api, watches } = setUp();
  watches.follow(TYPE, 'GitRepository', 'apps');
  const informer = watches.watch(TYPE, 'GitRepository', 'apps');
  expect(watches.watch(TYPE, 'GitRepository', 'apps')).toBe(informer);
  watches.follow(TYPE, 'GitRepository', 'apps');
  await expect.poll(() => watches.listed(TYPE, 'apps', true)).toBe(informer);
  expect(informer?.get('apps/app')).toMatchObject({ metadata: { labels }, observed: git.state });
  expect(watches.find('GitRepository', 'apps/app')?.observed).toMatchObject(git.state);
  expect(api.requests.filter(({ query }) => query?.watch === undefined).length).toBeLessThan(3);
  await watches.stop();
});

it.each([
  ['with --follow=off', TYPE, 'GitRepository', undefined, false],
  ["a kind that is not one of Flux's", SECRETS, 'Secret', undefined, true],
  ['another namespace than the one that is watched', TYPE, 'GitRepository', 'flux-system', true],
])('%s is not followed', async (_what, type, kind, namespace, follows) => {
  const { api, watches } = setUp(LIST, namespace, follows);
  watches.follow(type, kind, 'apps');
  expect(watches.find(kind, 'apps/app')).toBeUndefined();
  expect(api.requests).toEqual([]);
  await watches.stop();
});

it.each([403, 404])('a kind whose list is refused with %i is not followed, and others are told', async (status) => {
  const { watches, changes } = setUp(new ApiError(status, undefined, undefined));
  watches.follow(TYPE, 'GitRepository', 'apps');
  expect(watches.find('GitRepository', 'apps/app')).toEqual({ type: TYPE, observed: undefined });
  await expect.poll(() => watches.find('GitRepository', 'apps/app')).toBeUndefined();
  expect(changes).toContain('GitRepository undefined');
  await watches.stop();
});
