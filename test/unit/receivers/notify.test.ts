/** From a genuine request to its targets: with the real selection, annotator and pending set, and an API server by script. */
import { describe, expect, it } from 'vitest';
import type { ReceiverSpec } from '../../../operator/api/receiver/receiver.ts';
import { createTargetOutcomes, type TargetOutcomes } from '../../../operator/deliveries/records/target-outcomes.ts';
import { ApiError, ConnectionError } from '../../../operator/kube/api-error.ts';
import { createDiscovery } from '../../../operator/kube/discovery.ts';
import type { KubeRequest } from '../../../operator/kube/kube-client.ts';
import { createAnnotator } from '../../../operator/receivers/annotator.ts';
import { type Batch, createNotifier, type Notified } from '../../../operator/receivers/notify.ts';
import { createPending } from '../../../operator/receivers/pending.ts';
import { createTargetReports } from '../../../operator/receivers/target-reports.ts';
import { createTargetWatches } from '../../../operator/receivers/target-watches.ts';
import { createTargets } from '../../../operator/receivers/targets.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { aReceiver, compiled } from './a-receiver.ts';
import { createLines } from './lines.ts';
import { createScriptedApi } from './scripted-api.ts';

const BASE = '/apis/source.toolkit.fluxcd.io/v1/namespaces/apps/gitrepositories';
const AWAY = new ConnectionError('away');
const MISSING = new ApiError(404, undefined, undefined);
const FORBIDDEN = new ApiError(403, undefined, undefined);
/** Longer than the first retry takes. */
const RETRY_MS = 1_000;
const git = (name: string) => ({ kind: 'GitRepository', name });
const labelled = { kind: 'GitRepository', name: '*', matchLabels: { app: 'x' } };
const listOf = (...names: string[]) => ({
  items: names.map((name) => ({ metadata: { name, namespace: 'apps', labels: { app: 'x' } } })),
});

interface Settings {
  readonly maxJobs?: number;
  readonly sameNamespaceOnly?: boolean;
}

function setUp(spec: Partial<ReceiverSpec>, { maxJobs = 10, sameNamespaceOnly = false }: Settings = {}) {
  const clock = createManualClock();
  const api = createScriptedApi();
  const { log, lines } = createLines();
  const { client } = api;
  const reasons: string[] = [];
  const metrics = { pending: () => undefined, abandoned: () => undefined };
  const pending = createPending({ maxJobs, maxBytes: 1_000, log, metrics, clock, random: () => 0.5 });
  const notifier = createNotifier({
    // Of another namespace than the targets', so that nothing is watched and each selection asks.
    targets: createTargets({
      client,
      discovery: createDiscovery(client, { clock }),
      watches: createTargetWatches({ client, namespace: 'none', follows: false, log }),
    }),
    annotator: createAnnotator({ client, pending, clock, onCoalesced: () => undefined }),
    pending,
    reports: createTargetReports({ events: { record: (_regarding, { reason }) => reasons.push(reason) }, log }),
    sameNamespaceOnly,
    clock,
  });
  const { route, serving } = compiled(aReceiver(spec));
  const notify = (
    req: Record<string, unknown> = {},
    startedMs = clock.elapsedMs(),
    more: { readonly batch?: Batch; readonly account?: TargetOutcomes } = {},
  ): Promise<Notified> =>
    notifier.notify({ route, serving, input: serving.filtered ? { req } : undefined, bytes: 10, startedMs, ...more });
  const patched = () =>
    api.requests.filter(({ method }) => method === 'PATCH').map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
  return { clock, api, lines, reasons, pending, notify, patched };
}

/** Answers the paths that end so with an error, and all else with an object. */
function failing(ends: Readonly<Record<string, Error>>): (request: KubeRequest) => unknown {
  return ({ path }) =>
    Object.entries(ends).find(([end]) => path.endsWith(end))?.[1] ?? { ...listOf('a'), ...listOf('a').items[0] };
}

/** Whether a promise is settled by now, and how. */
function follow(promise: Promise<unknown>): { state: string } {
  const followed = { state: 'open' };
  promise.then(
    () => {
      followed.state = 'done';
    },
    (error: { code: string }) => {
      followed.state = error.code;
    },
  );
  return followed;
}

describe('a notification', () => {
  it('is applied when every target is annotated', async () => {
    const { notify, api } = setUp({ resources: [git('a'), git('b')] });
    const notified = await notify();
    expect(notified).toMatchObject({ targets: 2, status: 'applied' });
    await notified.whenApplied();
    expect(api.asked).toEqual([`PATCH ${BASE}/a`, `PATCH ${BASE}/b`]);
  });

  it.each([
    [true, true, ['a']],
    [true, false, []],
    [false, true, []],
  ])('needs both filters: %s and %s', async (common, own, expected) => {
    const resources = [{ ...git('a'), filter: 'req.own == true' }];
    const { notify, patched } = setUp({ resourceFilter: 'req.common == true', resources });
    expect(await notify({ common, own })).toMatchObject({ targets: expected.length, status: 'applied' });
    expect(patched()).toEqual(expected);
  });

  it("shows filters the target's metadata", async () => {
    const { notify, patched, api } = setUp({ resources: [labelled], resourceFilter: 'res.metadata.name == req.name' });
    api.answer(() => listOf('a', 'b'));
    await notify({ name: 'b' });
    expect(patched()).toEqual(['b']);
  });

  it.each<[what: string, spec: Partial<ReceiverSpec>, error: Error, code: string]>([
    ['is missing', {}, MISSING, 'TargetNotFound'],
    ['is refused', {}, FORBIDDEN, 'TargetRefused'],
    ['may not be read', { resourceFilter: 'res.kind != ""' }, FORBIDDEN, 'TargetRefused'],
  ])('fails when a target %s, and annotates the others', async (_what, spec, error, code) => {
    const { notify, patched, api, reasons } = setUp({ ...spec, resources: [git('bad'), git('a')] });
    api.answer(failing({ '/bad': error }));
    await expect(notify()).rejects.toMatchObject({ name: 'RequestError', code });
    expect(patched()).toContain('a');
    expect(reasons).toEqual([code]);
  });

  it('fails with its filter, names the entry, and annotates the others', async () => {
    const { notify, patched } = setUp({ resources: [{ ...git('bad'), filter: 'req.no == 1' }, git('a')] });
    await expect(notify()).rejects.toMatchObject({
      code: 'FilterFailed',
      message: expect.stringContaining('GitRepository/apps/bad'),
    });
    expect(patched()).toEqual(['a']);
  });

  it('annotates the others of a selection in which one fails', async () => {
    const { notify, patched, api } = setUp({ resources: [labelled] });
    api.answer(({ method, path }) => (path.endsWith('/bad') ? MISSING : method === 'GET' ? listOf('bad', 'a') : {}));
    await expect(notify()).rejects.toMatchObject({ code: 'TargetNotFound' });
    expect(patched()).toEqual(['bad', 'a']);
  });

  it.each([
    [true, 'TargetForbidden', []],
    [false, undefined, ['a']],
  ])('leaves its namespace unless --no-cross-namespace-refs is %s', async (sameNamespaceOnly, code, expected) => {
    const { notify, patched } = setUp({ resources: [{ ...git('a'), namespace: 'other' }] }, { sameNamespaceOnly });
    const failure = await notify().then(
      () => undefined,
      (error: { code: string }) => error.code,
    );
    expect(failure).toBe(code);
    expect(patched()).toEqual(expected);
  });

  it('writes no line of its own: its caller knows what it was', async () => {
    const { notify, lines } = setUp({});
    await notify();
    expect(lines).toEqual([]);
  });
});

describe('what is kept while the API server is away', () => {
  it('is reported to the caller when every target is annotated, and not before', async () => {
    const { notify, api, clock } = setUp({ resources: [git('a'), git('b'), git('c')] });
    api.answer(failing({ '/a': AWAY, '/b': AWAY }));
    const notified = await notify();
    expect(notified).toMatchObject({ targets: 3, status: 'pending' });
    const applied = follow(notified.whenApplied());
    api.answer(failing({ '/b': AWAY }));
    await clock.advance(RETRY_MS);
    expect(applied.state).toBe('open');
    api.answer(() => ({}));
    await clock.advance(10 * RETRY_MS);
    expect(applied.state).toBe('done');
  });

  it.each<[error: Error, code: string]>([
    [MISSING, 'TargetNotFound'],
    [AWAY, 'PendingFull'],
  ])('fails its caller with %s when it never is', async (error, code) => {
    const { notify, api, clock, pending } = setUp({});
    api.answer(() => AWAY);
    const applied = follow((await notify()).whenApplied());
    api.answer(() => error);
    await clock.advance(RETRY_MS);
    const flushed = pending.flush(RETRY_MS);
    await clock.advance(RETRY_MS);
    await flushed;
    expect(applied.state).toBe(code);
  });

  it('is what is left of the 4.5 s when the PATCH is slow', async () => {
    const { notify, api, clock } = setUp({});
    const slow = Promise.withResolvers<object>();
    api.answer(() => slow.promise);
    await clock.advance(4_000);
    const notified = notify({}, 0);
    const answered = follow(notified);
    await clock.advance(499);
    expect(answered.state).toBe('open');
    await clock.advance(1);
    expect(answered.state).toBe('done');
    const applied = follow((await notified).whenApplied());
    expect(applied.state).toBe('open');
    slow.resolve({});
    await clock.advance(0);
    expect(applied.state).toBe('done');
  });

  it('is the whole request where not even its targets are known: selected, filtered and annotated later', async () => {
    const { notify, api, clock, patched } = setUp({
      resources: [{ ...labelled, filter: 'res.metadata.name != "no"' }],
    });
    api.answer(() => AWAY);
    const notified = await notify();
    expect(notified.status).toBe('pending');
    const applied = follow(notified.whenApplied());
    const slow = Promise.withResolvers<object>();
    api.answer(({ method }) => (method === 'GET' ? listOf('no', 'b', 'c') : slow.promise));
    await clock.advance(RETRY_MS);
    expect(applied.state).toBe('open');
    slow.resolve({});
    await clock.advance(10 * RETRY_MS);
    expect(applied.state).toBe('done');
    expect(patched()).toEqual(['b', 'c']);
  });

  it.each<[what: string, resource: ReceiverSpec['resources'][number], later: Error | undefined, targets: string[]]>([
    ['a selection', labelled, undefined, ['annotated b', 'annotated c']],
    ['a target', { ...git('b'), filter: 'res.metadata.name != "no"' }, undefined, ['annotated b']],
    ['one that the filter leaves out', { ...git('c'), filter: 'res.metadata.name != "c"' }, undefined, ['filtered c']],
    ['one that is missing', { ...git('b'), filter: 'res.kind != ""' }, MISSING, ['failed b TargetNotFound']],
    ['one whose filter fails', { ...git('b'), filter: 'res.no == 1' }, undefined, ['failed b FilterFailed']],
  ])('has the targets of its record when they are known: %s', async (_what, resource, later, targets) => {
    const { notify, api, clock } = setUp({ resources: [resource] });
    const account = createTargetOutcomes();
    const shown = () =>
      account.targets.map(({ ref, outcome, code = '', requestedAt }) => {
        expect(requestedAt !== undefined).toBe(outcome === 'annotated');
        return `${outcome} ${ref.split('/')[2]} ${code}`.trim();
      });
    api.answer(() => AWAY);
    await notify({}, undefined, { account });
    expect(shown()).toEqual([`pending ${resource.name}`]);
    api.answer(({ method, path }) => {
      if (method !== 'GET') return {};
      if (resource.name === '*') return listOf('b', 'c');
      return later ?? listOf(path.slice(-1)).items[0];
    });
    await clock.advance(10 * RETRY_MS);
    expect(shown()).toEqual(targets);
    expect(account.counts.reduce((sum, count) => sum + count, 0)).toBe(targets.length);
  });

  it.each<[what: string, filter: string, error: Error, reason: string]>([
    ['whose target is missing', 'res.kind != ""', MISSING, 'TargetNotFound'],
    ['whose filter fails', 'res.no == 1', new Error('not thrown'), 'FilterFailed'],
  ])('is dropped and reported as a request %s', async (_what, filter, error, reason) => {
    const { notify, api, clock, reasons } = setUp({ resources: [{ ...git('a'), filter }] });
    api.answer(() => AWAY);
    const applied = follow((await notify()).whenApplied());
    api.answer(() => (error === MISSING ? error : listOf('a').items[0]));
    await clock.advance(RETRY_MS);
    expect(applied.state).toBe(reason);
    expect(reasons).toEqual([reason]);
  });

  it('is tried again where the selection is refused', async () => {
    const { notify, api, clock, patched } = setUp({ resources: [labelled] });
    api.answer(() => AWAY);
    const applied = follow((await notify()).whenApplied());
    api.answer(() => FORBIDDEN);
    await clock.advance(RETRY_MS);
    expect(applied.state).toBe('open');
    api.answer(({ method }) => (method === 'GET' ? listOf('a') : {}));
    await clock.advance(10 * RETRY_MS);
    expect(applied.state).toBe('done');
    expect(patched()).toEqual(['a']);
  });

  it.each([1, 3])('may select more targets than there is room for %i', async (maxJobs) => {
    const names = Array.from({ length: 5 }, (_, index) => `t${index}`);
    const { notify, api, clock, patched } = setUp({ resources: [labelled] }, { maxJobs });
    api.answer(() => AWAY);
    const applied = follow((await notify()).whenApplied());
    api.answer(({ method, path }) => (method === 'GET' ? listOf(...names) : path.endsWith('/t3') ? AWAY : {}));
    await clock.advance(RETRY_MS);
    expect(applied.state).toBe('open');
    expect(patched().filter((name) => name !== 't3')).toEqual(['t0', 't1', 't2', 't4']);
    api.answer(({ method }) => (method === 'GET' ? listOf(...names) : {}));
    await clock.advance(10 * RETRY_MS);
    expect(applied.state).toBe('done');
    expect(patched().filter((name) => name !== 't3')).toEqual(['t0', 't1', 't2', 't4']);
  });

  it.each<[error: Error, state: string]>([
    [MISSING, 'TargetNotFound'],
    [FORBIDDEN, 'open'],
  ])('annotates the others of a selection in which one fails later with %s', async (error, state) => {
    const { notify, api, clock, patched } = setUp({ resources: [labelled] });
    api.answer(() => AWAY);
    const applied = follow((await notify()).whenApplied());
    await clock.advance(30 * RETRY_MS);
    api.answer(({ method, path }) => (path.endsWith('/bad') ? error : method === 'GET' ? listOf('bad', 'a') : {}));
    await clock.advance(30 * RETRY_MS);
    expect(applied.state).toBe(state);
    expect(patched()).toContain('a');
  });

  it.each<[what: string, spec: Partial<ReceiverSpec>]>([
    ['a target', { resources: [git('bad'), git('a')] }],
    ['a selection', { resources: [git('bad'), labelled] }],
  ])('has bounds: the sender of %s without room is told so before all else', async (_what, spec) => {
    const { notify, api } = setUp(spec, { maxJobs: 0 });
    api.answer(({ path }) => (path.endsWith('/bad') ? MISSING : AWAY));
    await expect(notify()).rejects.toMatchObject({ code: 'PendingFull' });
  });
});

describe('several events of one request', () => {
  const newBatch = (): Batch => ({ annotated: new Set(), reported: new Set() });

  it('have each target annotated once', async () => {
    const { notify, patched } = setUp({
      resources: ['a', 'b'].map((name) => ({ ...git(name), filter: `req.name == '${name}'` })),
    });
    const batch = newBatch();
    const notified = await Promise.all(
      ['a', 'b', 'a', 'none', 'b'].map((name) => notify({ name }, undefined, { batch })),
    );
    expect(patched()).toEqual(['a', 'b']);
    expect(notified.map(({ targets }) => targets)).toEqual([1, 1, 0, 0, 0]);
    await notify({ name: 'a' }, undefined, { batch: newBatch() });
    expect(patched()).toEqual(['a', 'b', 'a']);
  });

  it('have the failure of an entry reported once', async () => {
    const { notify, reasons } = setUp({ resources: [git('a')], resourceFilter: 'req.no == 1' });
    const batch = newBatch();
    for (let event = 0; event < 3; event++) {
      await expect(notify({}, undefined, { batch })).rejects.toMatchObject({ code: 'FilterFailed' });
    }
    expect(reasons).toEqual(['FilterFailed']);
    await expect(notify({})).rejects.toMatchObject({ code: 'FilterFailed' });
    expect(reasons).toEqual(['FilterFailed', 'FilterFailed']);
  });
});
