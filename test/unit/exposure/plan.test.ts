// The paths that an Ingress and an HTTPRoute of a Receiver lead to.
import { expect, it } from 'vitest';
import type { Entry } from '../../../operator/exposure/entry.ts';
import { type PlanContext, planOf } from '../../../operator/exposure/plan.ts';
import { findUrls } from '../../../operator/exposure/urls.ts';
import { deployment, observedObjects, service, settings } from './observed-state.ts';

const NOW_MS = 1_000;

const entry = (paths: Partial<Entry>): Entry => ({
  key: 'apps/web',
  granted: { ingress: { host: 'a.example.com' }, httpRoute: { hostnames: ['a.example.com'] } },
  refused: undefined,
  owner: { namespace: 'apps', name: 'web', uid: 'u1' },
  generation: 1,
  createdAt: '',
  resourceVersion: '1',
  finalizers: [],
  path: '/hook/2',
  before: undefined,
  heldSecret: undefined,
  outcome: undefined,
  ...paths,
});

const context: PlanContext = {
  settings,
  deployment,
  receiverService: 'webhook-receiver',
  found: findUrls(observedObjects({ services: [service()] }), settings),
  nowMs: NOW_MS,
  sharers: () => [],
};

it.each<[what: string, paths: Partial<Entry>, expected: readonly string[]]>([
  ['its own', {}, ['/hook/2']],
  ['that of the previous token', { previousPath: '/hook/1' }, ['/hook/2', '/hook/1']],
  ['for a while the one before', { before: { path: '/hook/1', untilMs: NOW_MS + 1 } }, ['/hook/2', '/hook/1']],
  ['then its own alone', { before: { path: '/hook/1', untilMs: NOW_MS } }, ['/hook/2']],
  [
    'that of the previous token, which is the one before, once',
    { previousPath: '/hook/1', before: { path: '/hook/1', untilMs: NOW_MS + 1 } },
    ['/hook/2', '/hook/1'],
  ],
  [
    'that of the previous token after the one before has gone',
    { previousPath: '/hook/1', before: { path: '/hook/1', untilMs: NOW_MS } },
    ['/hook/2', '/hook/1'],
  ],
])('they lead to %s', (_what, paths, expected) => {
  const { objects } = planOf(entry(paths), context);
  expect(objects.map(({ kind }) => kind)).toEqual(['Ingress', 'HTTPRoute']);
  for (const { spec } of objects) {
    const led = [...JSON.stringify(spec).matchAll(/"(\/hook\/\d)"/g)].map(([, path]) => path);
    expect(led).toEqual(expected);
  }
});
