/** What is added to the statuses of objects that refer to others, and when a status is written for it. */
import { describe, expect, it } from 'vitest';
import { type Condition, REQUESTED_AT_ANNOTATION } from '../../../../operator/api/meta.ts';
import type { Receiver, ReceiverSpec, ReceiverStatus } from '../../../../operator/api/receiver/receiver.ts';
import { ApiError } from '../../../../operator/kube/api-error.ts';
import { createDiscovery } from '../../../../operator/kube/discovery.ts';
import { createStatusAdditions } from '../../../../operator/platform/status-additions.ts';
import { createReferences } from '../../../../operator/receivers/references/references.ts';
import { resourceReferences } from '../../../../operator/receivers/references/resource-references.ts';
import type { TargetChange } from '../../../../operator/receivers/target-watches.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { aReceiver } from '../a-receiver.ts';
import { createLines } from '../lines.ts';
import { createScriptedApi } from '../scripted-api.ts';

const KEY = 'apps/web';
const MINUTE_MS = 60_000;
const missing = new ApiError(404, { reason: 'NotFound' }, undefined);
const there = { metadata: { name: 'web' } };
const never = new Promise(() => undefined);

function setUp({ isComplete = true, sameNamespaceOnly = false } = {}) {
  const api = createScriptedApi();
  const clock = createManualClock();
  const { log } = createLines();
  const state = { leads: true, isComplete };
  const requested: string[] = [];
  const faults: string[] = [];
  const listeners: ((change: TargetChange) => void)[] = [];
  const isLeader = () => state.leads;
  const additions = createStatusAdditions({ isLeader, clock });
  additions.own('Receiver', (key) => void requested.push(key));
  const { client } = api;
  const references = createReferences({
    client,
    discovery: createDiscovery(client, { clock }),
    watches: { listed: () => undefined, subscribe: (listener) => void listeners.push(listener) },
    additions,
    isLeader,
    sameNamespaceOnly,
    clock,
    log,
  });
  references.serve<Receiver>({
    kind: 'Receiver',
    referencesOf: ({ spec, metadata }) => resourceReferences(spec.resources, metadata.namespace),
    isComplete: () => state.isComplete,
    onFault: (_receiver, { field, finding }) => void faults.push(`${field} ${finding.reason}`),
  });
  /** What the owner writes; the clock stands still unless the write waits for a look that does not end. */
  async function conditionOf(receiver: Receiver, waitMs = 0): Promise<Partial<Condition> | undefined> {
    const status = receiver.status ?? {};
    const merged = additions.merge<ReceiverStatus>('Receiver', receiver, status);
    await clock.advance(waitMs);
    return (await merged).conditions?.find(({ type }) => type === 'ResolvedRefs');
  }
  const asked = () => api.requests.length;
  return { api, clock, state, additions, references, requested, faults, conditionOf, asked };
}

function withRefs(spec: Partial<ReceiverSpec> = {}, metadata: Partial<Receiver['metadata']> = {}, shown = '') {
  const receiver = aReceiver(spec, metadata);
  if (shown === '') return receiver;
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const [reason = '', message = ''] = shown.split(': ');
  const status = reason === 'Resolved' ? 'True' : 'False';
  const condition: Condition = { type: 'ResolvedRefs', status, reason, message, lastTransitionTime };
  return { ...receiver, status: { conditions: [{ ...condition, observedGeneration: 1 }] } };
}

const NOT_FOUND = 'resources[0]: GitRepository apps/web does not exist; correct the name, or create it';
const SHOWN = 'Resolved: every target can be found';

describe('the condition', () => {
  it('is in the first write of a new object', async () => {
    const { api, conditionOf, requested } = setUp();
    api.answer(() => missing);
    expect(await conditionOf(withRefs({}, { generation: 3 }))).toEqual({
      type: 'ResolvedRefs',
      status: 'False',
      reason: 'TargetNotFound',
      message: NOT_FOUND,
      observedGeneration: 3,
      lastTransitionTime: '2026-01-02T15:04:05Z',
    });
    expect(requested).toEqual([]);
  });

  it('is written later where a look lasts too long for the write', async () => {
    const { api, conditionOf, requested, clock } = setUp();
    const answer = Promise.withResolvers<unknown>();
    api.answer(() => answer.promise);
    expect(await conditionOf(withRefs(), 2_000)).toBeUndefined();
    answer.resolve(there);
    await clock.advance(0);
    expect(requested).toEqual([KEY]);
    expect(await conditionOf(withRefs())).toMatchObject({ reason: 'Resolved' });
  });

  it('has no write wait for it before every object is known', async () => {
    const { api, conditionOf, requested, clock } = setUp({ isComplete: false });
    api.answer(() => there);
    expect(await conditionOf(withRefs())).toBeUndefined();
    await clock.advance(0);
    expect(requested).toEqual([KEY]);
  });

  it.each<[what: string, spec: Partial<ReceiverSpec>, reason: string]>([
    ['of no target', { resources: [] }, 'Resolved'],
    ['of a fault', { resources: [{ kind: 'GitRepository', name: '*' }] }, 'TargetInvalid'],
    ['of a kind without a version', { resources: [{ kind: 'Kustomization', name: 'a' }] }, 'KindUnknown'],
    [
      'of another namespace',
      { resources: [{ kind: 'GitRepository', name: 'a', namespace: 'other' }] },
      'TargetForbidden',
    ],
  ])('%s asks for nothing', async (_what, spec, reason) => {
    const { conditionOf, asked } = setUp({ sameNamespaceOnly: true });
    expect(await conditionOf(withRefs(spec))).toMatchObject({ reason });
    expect(asked()).toBe(0);
  });

  it('stays as it was while nothing is known', async () => {
    const { api, conditionOf } = setUp();
    api.answer(() => never);
    const before = withRefs({}, { generation: 2 }, SHOWN);
    expect(await conditionOf(before, 2_000)).toBe(before.status?.conditions?.[0]);
  });

  it('of a suspended object stays as it was, and nothing is asked for it any more', async () => {
    const { api, conditionOf, asked, clock } = setUp();
    api.answer(() => missing);
    await conditionOf(withRefs());
    const suspended = withRefs({ suspend: true }, { generation: 2 }, SHOWN);
    expect(await conditionOf(suspended)).toBe(suspended.status?.conditions?.[0]);
    const before = asked();
    await clock.advance(3 * MINUTE_MS);
    expect(asked()).toBe(before);
  });

  it('of a spec of another form stays as it was', async () => {
    const { conditionOf, asked } = setUp();
    const broken = withRefs({ resources: { kind: 'Bucket' } as never }, {}, SHOWN);
    expect(await conditionOf(broken)).toBe(broken.status?.conditions?.[0]);
    expect(asked()).toBe(0);
  });
});

describe('a change', () => {
  it('of the target has the status written', async () => {
    const { api, conditionOf, requested, clock } = setUp();
    api.answer(() => missing);
    const before = await conditionOf(withRefs());
    expect(before).toMatchObject({ status: 'False' });
    api.answer(() => there);
    await clock.advance(MINUTE_MS + 1_000);
    expect(requested).toEqual([KEY]);
    const lost = withRefs({}, {}, `TargetNotFound: ${NOT_FOUND}`);
    expect(await conditionOf(lost)).toMatchObject({ status: 'True', reason: 'Resolved' });
  });

  it.each<[what: string, changed: Receiver]>([
    ['the spec', withRefs({}, { generation: 2 }, SHOWN)],
    ['the request to reconcile', withRefs({}, { annotations: { [REQUESTED_AT_ANNOTATION]: 'now' } }, SHOWN)],
  ])('of %s looks again', async (_what, changed) => {
    const { api, conditionOf } = setUp();
    api.answer(() => there);
    await conditionOf(withRefs());
    api.answer(() => missing);
    expect(await conditionOf(changed)).toMatchObject({ status: 'False' });
  });

  it('of nothing has nothing written, and asks once a minute', async () => {
    const { api, conditionOf, requested, clock, asked } = setUp();
    api.answer(() => there);
    await conditionOf(withRefs());
    await clock.advance(10 * MINUTE_MS + 30_000);
    expect(requested).toEqual([]);
    expect(asked()).toBe(11);
  });
});

describe('another leader', () => {
  it('trusts what the status says, and looks in the slow turn', async () => {
    const { api, conditionOf, requested, clock, asked } = setUp();
    api.answer(() => there);
    for (let index = 0; index < 10; index += 1) {
      const resources = [{ kind: 'GitRepository', name: `n${index}` }];
      const known = withRefs({ resources }, { name: `r${index}` }, SHOWN);
      expect(await conditionOf(known)).toBe(known.status?.conditions?.[0]);
    }
    expect(asked()).toBe(1);
    await clock.advance(10_000);
    expect(asked()).toBe(10);
    expect(requested).toEqual([]);
  });

  it('writes what is other than the status says', async () => {
    const { api, conditionOf, requested, clock } = setUp();
    api.answer(() => missing);
    await conditionOf(withRefs({}, {}, SHOWN));
    await clock.advance(1_000);
    expect(requested).toEqual([KEY]);
  });

  it('is the end of looks, until this one leads again', async () => {
    const { api, conditionOf, references, state, clock, asked } = setUp();
    api.answer(() => missing);
    await conditionOf(withRefs());
    state.leads = false;
    expect([...references.samples()]).toEqual([]);
    await clock.advance(10 * MINUTE_MS);
    expect(asked()).toBe(1);
    state.leads = true;
    expect([...references.samples()]).toEqual([]);
    expect(await conditionOf(withRefs())).toMatchObject({ status: 'False' });
  });
});

describe('what can mean no object', () => {
  const resources = [
    { kind: 'GitRepository', name: 'web' },
    { kind: 'GitRepository', name: 'a/b' },
    { apiVersion: 'example.com/v1', kind: 'Widget', name: 'a' },
  ];

  it('is reported once a spec', async () => {
    const { api, conditionOf, faults } = setUp();
    api.answer(({ path }) => (path.startsWith('/apis/example.com/') ? { resources: [] } : missing));
    const reported = ['resources[1] TargetInvalid', 'resources[2] KindUnknown'];
    await conditionOf(withRefs({ resources }));
    await conditionOf(withRefs({ resources }));
    await conditionOf(withRefs({ resources }, { annotations: { [REQUESTED_AT_ANNOTATION]: 'now' } }));
    expect(faults).toEqual(reported);
    await conditionOf(withRefs({ resources }, { generation: 2 }));
    expect(faults).toEqual([...reported, ...reported]);
  });
});

describe('samples', () => {
  it('count what cannot be found, by its reason, of objects that are there', async () => {
    const { api, conditionOf, references } = setUp();
    api.answer(({ path }) => (path.endsWith('/web') ? there : missing));
    const of = (...names: string[]) => ({ resources: names.map((name) => ({ kind: 'GitRepository', name })) });
    await conditionOf(withRefs(of('web')));
    await conditionOf(withRefs(of('web', 'a', 'b', '*'), { name: 'other' }));
    const common = { kind: 'Receiver', namespace: 'apps', name: 'other' };
    expect([...references.samples()]).toEqual([
      { ...common, reason: 'TargetNotFound', count: 2 },
      { ...common, reason: 'TargetInvalid', count: 1 },
    ]);
    references.forget('Receiver', 'apps/other');
    expect([...references.samples()]).toEqual([]);
  });
});
