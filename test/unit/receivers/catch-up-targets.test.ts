/** Which targets of a Receiver are annotated for webhooks that nobody received. */
import { describe, expect, it } from 'vitest';
import type { ResourceReference } from '../../../operator/api/receiver/receiver.ts';
import { createTargetOutcomes } from '../../../operator/deliveries/records/target-outcomes.ts';
import { ConnectionError } from '../../../operator/kube/api-error.ts';
import type { Target } from '../../../operator/receivers/annotator.ts';
import { catchUpTargets } from '../../../operator/receivers/catch-up-targets.ts';
import { compileTargets } from '../../../operator/receivers/compile-targets.ts';
import type { Route } from '../../../operator/receivers/route.ts';
import { selectedTargets } from '../../../operator/receivers/selected-targets.ts';
import type { TargetEntry } from '../../../operator/receivers/target-entry.ts';
import { PATCHED } from './patched.ts';
import { createScriptedApi } from './scripted-api.ts';

const TYPE = { apiVersion: 'source.toolkit.fluxcd.io/v1', plural: 'gitrepositories', namespaced: true };
const KEY = 'apps/web';
const GAP_END_MS = Date.UTC(2026, 10, 26, 12);
const ALL = { kind: 'GitRepository', name: '*', matchLabels: {} };
const named = (name: string, more: object = {}) => ({ kind: 'GitRepository', name, ...more });

/** @param labels of the objects that `*` selects, by their names. */
function setUp(
  resources: readonly ResourceReference[],
  labels: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
  resourceFilter?: string,
) {
  const serving = compileTargets({ resources, resourceFilter }, 'apps');
  const api = createScriptedApi();
  api.answer(() => ({ metadata: {} }));
  const annotated: string[] = [];
  const account = createTargetOutcomes();
  const done = new Set<string>();
  const world = { turns: Number.POSITIVE_INFINITY, select: (): void => undefined, annotate: (): void => undefined };
  const targetOf = ({ kind, namespace }: TargetEntry, name: string) => ({
    ...{ type: TYPE, kind, namespace, name },
    metadata: { namespace, name, labels: labels[name] ?? {} },
  });
  const run = {
    sinceMs: GAP_END_MS,
    done,
    async turn() {
      world.turns -= 1;
      return world.turns >= 0;
    },
    async untilDone<T>(work: () => Promise<T>): Promise<T | undefined> {
      for (;;) {
        try {
          return await work();
        } catch (error) {
          if (!(error instanceof ConnectionError)) throw error;
        }
      }
    },
  };
  const options = {
    client: api.client,
    sameNamespaceOnly: false,
    targets: {
      async select(entry: TargetEntry) {
        world.select();
        const names = entry.name === '*' ? Object.keys(labels) : [entry.name];
        return selectedTargets(names.map((name) => targetOf(entry, name)));
      },
    },
    annotator: {
      async annotate({ name }: Target) {
        world.annotate();
        annotated.push(name);
        return PATCHED;
      },
    },
    routes: { findByKey: () => ({ namespace: 'apps', serving }) as unknown as Route },
  };
  return { api, world, annotated, account, done, catchUp: () => catchUpTargets(options, KEY, run, account) };
}

/** Fails so many times. */
function away(times: number): () => void {
  let left = times;
  return () => {
    left -= 1;
    if (left >= 0) throw new ConnectionError('refused');
  };
}

describe('the targets of a Receiver', () => {
  it('are annotated once each, whoever else names them', async () => {
    const { annotated, account, catchUp, done } = setUp([named('a'), named('b'), named('a')]);
    done.add('GitRepository/apps/b');
    await catchUp();
    expect(annotated).toEqual(['a']);
    expect(account.counts).toEqual([1, 0, 0, 0, 0]);
  });

  it.each<[what: string, object: object]>([
    ['is suspended', { metadata: {}, spec: { suspend: true } }],
    [
      'was annotated since',
      { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': '2026-11-26T12:00:00.001000000Z' } } },
    ],
  ])('are left where one %s', async (_what, object) => {
    const { api, annotated, catchUp } = setUp([named('a')]);
    api.answer(() => object);
    await catchUp();
    expect(annotated).toEqual([]);
  });

  it.each(['2026-11-26T12:00:00.000000000Z', '2026-11-26T11:00:00Z', 'once'])(
    'are annotated that were asked for at %s, which is no later than the end of the gap',
    async (requestedAt) => {
      const { api, annotated, catchUp } = setUp([named('a')]);
      api.answer(() => ({ metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': requestedAt } } }));
      await catchUp();
      expect(annotated).toEqual(['a']);
    },
  );

  it.each<[what: string, filter: string, annotated: string[]]>([
    ['on the object decides', "res.metadata.labels.team == 'a'", ['a']],
    ['on the webhook counts as true', "req.ref == 'x'", ['a', 'b']],
    ['on both counts as true', "req.ref == 'x' && res.metadata.labels.team == 'a'", ['a', 'b']],
  ])('a filter %s', async (_what, filter, expected) => {
    const labels = { a: { team: 'a' }, b: { team: 'b' } };
    for (const world of [setUp([{ ...ALL, filter }], labels), setUp([ALL], labels, filter)]) {
      await world.catchUp();
      expect(world.annotated).toEqual(expected);
    }
  });

  it('are judged each by itself: of one where the filter fails no other one depends', async () => {
    const filter = "res.metadata.labels.team == 'a'";
    const { annotated, account, catchUp } = setUp([{ ...ALL, filter }], {
      none: {},
      a: { team: 'a' },
      b: { team: 'b' },
    });
    await catchUp();
    expect(annotated).toEqual(['a']);
    expect(account.targets).toMatchObject([
      { ref: 'GitRepository/apps/none', outcome: 'failed', code: 'FilterFailed' },
      { ref: 'GitRepository/apps/a', outcome: 'annotated' },
      { ref: 'GitRepository/apps/b', outcome: 'filtered' },
    ]);
  });

  it('are counted once, however often the API server was away meanwhile', async () => {
    const filter = "res.metadata.labels.team == 'a'";
    const { world, annotated, account, catchUp } = setUp([{ ...ALL, filter }], { b: { team: 'b' }, a: { team: 'a' } });
    world.select = away(2);
    world.annotate = away(3);
    await catchUp();
    expect(annotated).toEqual(['a']);
    expect(account.counts).toEqual([1, 0, 1, 0, 0]);
  });

  it('are left once the run is over', async () => {
    const { world, annotated, catchUp } = setUp(['a', 'b', 'c'].map((name) => named(name)));
    world.turns = 2;
    await catchUp();
    expect(annotated).toEqual(['a', 'b']);
  });
});
