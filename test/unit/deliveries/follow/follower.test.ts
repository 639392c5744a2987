/** How records follow their targets, and how sources are annotated again that lag, on a clock that the test moves. */
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { Announced } from '../../../../operator/api/announced.ts';
import { startFollower } from '../../../../operator/deliveries/follow/follower.ts';
import { createFreshnessGuard, type GuardSettings } from '../../../../operator/deliveries/follow/freshness-guard.ts';
import { createFollowMetrics } from '../../../../operator/deliveries/follow/metrics.ts';
import { createJournal } from '../../../../operator/deliveries/records/journal.ts';
import type { DeliveryRecord, TargetResult } from '../../../../operator/deliveries/records/record.ts';
import type { Away, Patched } from '../../../../operator/receivers/annotator.ts';
import type { ObservedTarget } from '../../../../operator/receivers/observed-target.ts';
import type { TargetChange } from '../../../../operator/receivers/target-watches.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { createLines } from '../../receivers/lines.ts';
import { observed } from './observed.ts';

const OLD = 'b'.repeat(40);
const NEW = 'c'.repeat(40);
const NEWER = 'd'.repeat(40);
const PUSH: Announced = { ref: 'refs/heads/main', before: OLD, revision: NEW };
const NEXT: Announced = { ref: 'refs/heads/main', before: NEW, revision: NEWER };
const API_VERSION = 'source.toolkit.fluxcd.io/v1';
const TYPE = { apiVersion: API_VERSION, plural: 'gitrepositories', namespaced: true };

interface Options {
  readonly mode?: 'sources' | 'applied' | 'off';
  readonly enabled?: boolean;
  readonly settings?: Partial<GuardSettings>;
  readonly maxTargets?: number;
}

function setUp({ mode = 'sources', enabled = true, settings = {}, maxTargets = 100 }: Options = {}) {
  const clock = createManualClock();
  const journal = createJournal({ maxRecords: 1_000, clock });
  const registry = new Registry();
  const metrics = createFollowMetrics({ registry, perObject: false });
  const objects = new Map<string, ObservedTarget>();
  const listeners: ((change: TargetChange) => void)[] = [];
  const annotated: { readonly atMs: number; readonly name: string }[] = [];
  const notSeen: number[] = [];
  const answer: { next: (requestedAt: string) => Promise<Patched | Away> } = {
    next: async (requestedAt) => ({ requestedAt, coalesced: false }),
  };
  const startMs = clock.now();
  const time = () => new Date(clock.now()).toISOString();
  const watches = {
    find: (kind: string, key: string) =>
      kind === 'Secret' ? undefined : { type: TYPE, observed: objects.get(`${kind}/${key}`) },
    observed: (kind: string) => [...objects].filter(([ref]) => ref.startsWith(`${kind}/`)).map(([, one]) => one),
    subscribe: (listener: (change: TargetChange) => void) => void listeners.push(listener),
  };
  const guard = createFreshnessGuard({
    ...{ enabled, watches, metrics, clock, log: createLines().log },
    annotator: {
      annotate({ name }) {
        annotated.push({ atMs: clock.now() - startMs, name });
        return answer.next(time());
      },
    },
    settingsOf: () => ({ fresh: true, withinMs: 300_000, ...settings }),
    onNotSeen: (_request, nudges) => void notSeen.push(nudges),
  });
  const stop = startFollower({ journal, watches, mode, guard, metrics, maxTargets, clock });
  const changed: DeliveryRecord[] = [];
  journal.subscribe((record, change) => {
    if (change === 'changed') changed.push(record);
  });

  /** The object is so from now on. */
  function set(ref: string, now: ObservedTarget): void {
    const previous = objects.get(ref);
    objects.set(ref, now);
    const [kind = '', namespace = '', name = ''] = ref.split('/');
    const metadata = { namespace, name };
    const before = previous === undefined ? {} : { previous: { metadata, observed: previous } };
    const event = {
      type: 'updated',
      key: `${namespace}/${name}`,
      object: { metadata, observed: now },
      initial: false,
      ...before,
    } as const;
    for (const listener of listeners) listener({ apiVersion: API_VERSION, kind, event });
  }

  function deliver(announced: Announced | undefined, refs: readonly string[] = ['GitRepository/apps/app']) {
    const targets = refs.map((ref): TargetResult => ({ ref, outcome: 'annotated', requestedAt: time() }));
    const record = journal.add({
      ...{
        atMs: clock.now(),
        ms: 1,
        bytes: 10,
        type: 'github',
        origin: 'http',
        verdict: 'accepted',
        code: 'Delivered',
      },
      ...{ object: { kind: 'Receiver', namespace: 'apps', name: 'web' }, targets, announced },
    });
    if (record === undefined) throw new Error('not recorded');
    return {
      record,
      states: () => targets.map(({ follow }) => follow?.state),
      follow: () => targets[0]?.follow,
      at: time(),
    };
  }

  const git = (commit: string, more: Partial<ObservedTarget> = {}) =>
    observed({ revision: `main@sha1:${commit}`, ...more });
  const app = (commit: string, more: Partial<ObservedTarget> = {}) => set('GitRepository/apps/app', git(commit, more));
  /** The source has fetched what was asked of it last. */
  const handle = (commit: string, more: Partial<ObservedTarget> = {}) =>
    app(commit, { lastHandledReconcileAt: time(), ...more });
  const text = () => registry.metrics();
  const nudges = async () =>
    Object.fromEntries(
      ((await registry.getSingleMetric('sluice_freshness_nudges_total')?.get())?.values ?? []).map(
        ({ labels, value }) => [labels.outcome, value],
      ),
    );
  return {
    clock,
    journal,
    annotated,
    notSeen,
    answer,
    changed,
    set,
    deliver,
    git,
    app,
    handle,
    text,
    nudges,
    objects,
    listeners,
    stop,
  };
}

describe('a record', () => {
  it('follows a source until it has what was announced', async () => {
    const { app, handle, deliver, changed, clock, text } = setUp();
    app(OLD);
    const push = deliver(PUSH);
    expect(push.states()).toEqual(['waiting']);
    await clock.advance(1_500);
    handle(NEW, { artifactAt: '2026-01-02T15:04:06Z' });
    expect(push.follow()).toEqual({
      state: 'fresh',
      handledAt: '2026-01-02T15:04:06.500Z',
      revision: `main@sha1:${NEW}`,
      artifactAt: '2026-01-02T15:04:06Z',
    });
    expect(changed).toEqual([push.record]);
    app(NEWER);
    expect(push.states()).toEqual(['fresh']);
    expect(await text()).toContain('sluice_push_to_artifact_seconds_sum{kind="GitRepository"} 1.5\n');
  });

  it('is not followed where nothing is announced, the kind is not watched, the ref is another one, or --follow is off', () => {
    const { app, deliver } = setUp();
    app(OLD);
    expect(deliver(undefined).states()).toEqual(['unfollowed']);
    expect(deliver(PUSH, ['Secret/apps/app']).states()).toEqual(['unfollowed']);
    expect(deliver({ ...PUSH, ref: 'refs/heads/other' }).states()).toEqual(['unfollowed']);
    const off = setUp({ mode: 'off' });
    off.app(OLD);
    expect(off.deliver(PUSH).states()).toEqual(['unfollowed']);
  });

  it('waits for a kind to be listed', () => {
    const { objects, git, listeners, deliver } = setUp();
    const push = deliver(PUSH);
    expect(push.states()).toEqual(['waiting']);
    objects.set('GitRepository/apps/app', git(NEW));
    for (const listener of listeners) listener({ apiVersion: API_VERSION, kind: 'GitRepository', event: undefined });
    expect(push.states()).toEqual(['fresh']);
  });

  it('is superseded by a newer push to the same ref, and not by one to another', () => {
    const { app, deliver } = setUp();
    app(OLD);
    const first = deliver(PUSH);
    deliver({ ...NEXT, ref: 'refs/heads/other' });
    expect(first.states()).toEqual(['waiting']);
    const again = deliver(PUSH);
    expect(first.states()).toEqual(['waiting']);
    const second = deliver(NEXT);
    expect([first, again, second].flatMap(({ states }) => states())).toEqual(['superseded', 'superseded', 'waiting']);
  });

  it('is superseded by a newer push that was annotated before it', async () => {
    const { app, deliver, journal, clock, handle } = setUp();
    app(OLD);
    const late: TargetResult = { ref: 'GitRepository/apps/app', outcome: 'pending' };
    const { record, at } = deliver(PUSH, []);
    Object.assign(record, { targets: [late] });
    await clock.advance(1);
    const newer = deliver(NEXT);
    Object.assign(late, { outcome: 'annotated', requestedAt: at });
    journal.changed(record);
    expect([late.follow?.state, ...newer.states()]).toEqual(['superseded', 'waiting']);
    handle(NEWER);
    expect(newer.states()).toEqual(['fresh']);
  });

  it('is superseded where the source moved elsewhere, for a later request, before it was recorded', async () => {
    const { app, deliver, clock } = setUp();
    app('e'.repeat(40), { lastHandledReconcileAt: new Date(clock.now() + 1).toISOString() });
    expect(deliver(PUSH).states()).toEqual(['superseded']);
  });

  it('tells a failure in the words of the source, and that it is over', async () => {
    const { app, handle, deliver, clock } = setUp();
    app(OLD);
    const push = deliver(PUSH);
    await clock.advance(1);
    handle(OLD, { ready: 'False', message: 'authentication required' });
    expect(push.follow()).toMatchObject({ state: 'failed', message: 'authentication required' });
    handle(NEW);
    expect(push.follow()).toMatchObject({ state: 'fresh' });
    expect(push.follow()).not.toHaveProperty('message');
  });

  it('tells that a source is suspended, and goes on when it is resumed', () => {
    const { app, handle, deliver } = setUp();
    app(OLD, { suspended: true });
    const push = deliver(PUSH);
    handle(OLD, { suspended: true });
    expect(push.states()).toEqual(['suspended']);
    handle(NEW);
    expect(push.states()).toEqual(['fresh']);
  });

  it('follows what was pending once it is annotated', () => {
    const { app, deliver, journal, handle } = setUp();
    app(OLD);
    const push = deliver(PUSH, []);
    const late: TargetResult = { ref: 'GitRepository/apps/app', outcome: 'pending' };
    Object.assign(push.record, { targets: [late] });
    journal.changed(push.record);
    expect(late.follow).toBeUndefined();
    Object.assign(late, { outcome: 'annotated', requestedAt: push.at });
    journal.changed(push.record);
    expect(late.follow).toMatchObject({ state: 'waiting' });
    handle(NEW);
    expect(late.follow).toMatchObject({ state: 'fresh' });
  });

  it('follows each of its targets, as many as there is room for', () => {
    const { set, git, deliver } = setUp({ maxTargets: 2 });
    const refs = ['a', 'b', 'c'].map((name) => `GitRepository/apps/${name}`);
    for (const ref of refs) set(ref, git(OLD));
    const push = deliver(PUSH, refs);
    for (const ref of refs) set(ref, git(NEW));
    expect(push.states()).toEqual(['waiting', 'fresh', 'fresh']);
  });

  it('follows on to what applies the source, where that is asked', async () => {
    const { app, handle, set, deliver, clock, text } = setUp({ mode: 'applied' });
    app(OLD);
    const apply = (name: string, commit: string, more: Partial<ObservedTarget> = {}) =>
      set(
        `Kustomization/apps/${name}`,
        observed({ sourceRef: 'GitRepository/apps/app', applied: [`main@sha1:${commit}`], ...more }),
      );
    for (const name of ['a', 'b', 'c']) apply(name, OLD, { suspended: name === 'c' });
    const push = deliver(PUSH);
    handle(NEW);
    apply('a', NEW);
    expect(push.follow()).not.toHaveProperty('appliedAt');
    await clock.advance(2_000);
    apply('b', NEW);
    expect(push.follow()).toMatchObject({ state: 'fresh', appliedAt: '2026-01-02T15:04:07.000Z' });
    expect(await text()).toContain('sluice_push_to_applied_seconds_count{kind="GitRepository"} 1\n');
  });
});

describe('the freshness guard', () => {
  it('annotates a source again that has the revision before, until it has the announced one', async () => {
    const { app, handle, deliver, clock, annotated, nudges, changed } = setUp();
    app(OLD);
    const push = deliver(PUSH);
    handle(OLD);
    expect(push.states()).toEqual(['lagging']);
    await clock.advance(1_999);
    expect(annotated).toEqual([]);
    await clock.advance(1);
    expect(annotated).toEqual([{ atMs: 2_000, name: 'app' }]);
    expect(push.follow()).toMatchObject({ state: 'lagging', nudges: 1 });
    handle(OLD);
    await clock.advance(5_000);
    expect(annotated.map(({ atMs }) => atMs)).toEqual([2_000, 7_000]);
    handle(NEW);
    expect(push.follow()).toMatchObject({ state: 'fresh', nudges: 2 });
    expect(changed).not.toEqual([]);
    await clock.advance(600_000);
    expect(annotated).toHaveLength(2);
    expect(await nudges()).toEqual({ fresh: 1, lagging: 1, ended: 0, error: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  /** Handles all that is asked, without ever moving. */
  async function lagFor(world: ReturnType<typeof setUp>, seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      world.handle(OLD);
      await world.clock.advance(1_000);
    }
  }

  it('ends at the time that is given, and says so once', async () => {
    const world = setUp();
    world.app(OLD);
    world.deliver(PUSH);
    await lagFor(world, 400);
    expect(world.annotated.map(({ atMs }) => atMs)).toEqual([2_000, 7_000, 22_000, 82_000, 142_000, 202_000, 262_000]);
    expect(world.notSeen).toEqual([7]);
    expect(await world.nudges()).toMatchObject({ lagging: 7 });
  });

  it('ends after eight times', async () => {
    const world = setUp({ settings: { withinMs: 3_600_000 } });
    world.app(OLD);
    world.deliver(PUSH);
    await lagFor(world, 1_000);
    expect(world.annotated).toHaveLength(8);
    expect(world.annotated.at(-1)?.atMs).toBe(322_000);
    expect(world.notSeen).toEqual([8]);
  });

  it('waits while the source stores what it has found, which is not Ready with the revision before', async () => {
    const { app, handle, deliver, clock, annotated, nudges } = setUp();
    app(OLD);
    const push = deliver(PUSH);
    handle(OLD);
    await clock.advance(2_000);
    handle(OLD, { ready: 'Unknown' });
    await clock.advance(60_000);
    expect(annotated).toHaveLength(1);
    handle(NEW);
    expect(push.follow()).toMatchObject({ state: 'fresh', nudges: 1 });
    expect(await nudges()).toEqual({ fresh: 1, lagging: 0, ended: 0, error: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('goes on with its times after the source was not Ready for a moment', async () => {
    const { app, handle, deliver, clock, annotated } = setUp();
    app(OLD);
    deliver(PUSH);
    handle(OLD);
    await clock.advance(2_000);
    handle(OLD, { ready: 'Unknown' });
    handle(OLD);
    await clock.advance(5_000);
    expect(annotated.map(({ atMs }) => atMs)).toEqual([2_000, 7_000]);
  });

  it.each<[what: string, between: Partial<ObservedTarget>]>([
    ['failed', { ready: 'False', message: 'x' }],
    ['was suspended', { suspended: true }],
    ['had another revision', { revision: `main@sha1:${'e'.repeat(40)}` }],
  ])('does not begin anew for a delivery after which the source %s', async (_what, between) => {
    const { app, handle, deliver, clock, annotated, notSeen } = setUp();
    app(OLD);
    deliver(PUSH);
    handle(OLD);
    await clock.advance(2_000);
    handle(OLD, between);
    handle(OLD);
    await clock.advance(600_000);
    expect(annotated).toHaveLength(1);
    expect(notSeen).toEqual([]);
  });

  it('ends when the object switches it off', async () => {
    const settings = { fresh: true };
    const { app, handle, deliver, clock, annotated } = setUp({ settings });
    app(OLD);
    deliver(PUSH);
    handle(OLD);
    settings.fresh = false;
    await clock.advance(600_000);
    expect(annotated).toEqual([]);
  });

  it('waits for a source that has not handled the last annotation', async () => {
    const { app, handle, deliver, clock, annotated, notSeen, answer } = setUp();
    answer.next = async () => ({ requestedAt: new Date(clock.now() + 1).toISOString(), coalesced: false });
    app(OLD);
    deliver(PUSH);
    handle(OLD);
    await clock.advance(100_000);
    expect(annotated).toHaveLength(1);
    handle(OLD);
    await clock.advance(0);
    expect(annotated.map(({ atMs }) => atMs)).toEqual([2_000, 100_000]);
    await clock.advance(300_000);
    expect(notSeen).toEqual([2]);
  });

  it.each<[what: string, end: (world: ReturnType<typeof setUp>) => void]>([
    ['a newer delivery', ({ deliver }) => void deliver({ ...NEXT, before: NEWER, revision: 'e'.repeat(40) })],
    ['another revision', ({ handle }) => handle('e'.repeat(40))],
    ['a failure', ({ handle }) => handle(OLD, { ready: 'False', message: 'x' })],
    ['suspend', ({ app }) => app(OLD, { suspended: true })],
    ['the announced revision', ({ app }) => app(NEW)],
  ])('is ended by %s', async (_what, end) => {
    const world = setUp();
    const { app, handle, deliver, clock, annotated, notSeen } = world;
    app(OLD);
    deliver(PUSH);
    handle(OLD);
    await clock.advance(2_000);
    expect(annotated).toHaveLength(1);
    end(world);
    await clock.advance(600_000);
    expect(annotated).toHaveLength(1);
    expect(notSeen).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each<[what: string, options: Options, announced: Announced]>([
    ['with --freshness-guard=false', { enabled: false }, PUSH],
    ['with spec.follow.fresh: false', { settings: { fresh: false } }, PUSH],
    ['of a new branch', {}, { ref: 'refs/heads/main', revision: NEW }],
    ['of a push from elsewhere', {}, { ...PUSH, before: NEWER }],
  ])('leaves a source alone %s', async (_what, options, announced) => {
    const { app, handle, deliver, clock, annotated } = setUp(options);
    app(OLD);
    const push = deliver(announced);
    handle(OLD);
    expect(push.states()).toEqual(['lagging']);
    await clock.advance(600_000);
    expect(annotated).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('goes on when the API server is away, or refuses', async () => {
    const { app, handle, deliver, clock, annotated, answer, nudges } = setUp();
    app(OLD);
    deliver(PUSH);
    handle(OLD);
    answer.next = async () => ({ away: 'refused' });
    await clock.advance(2_000);
    answer.next = () => Promise.reject(new Error('forbidden'));
    await clock.advance(5_000);
    answer.next = async (requestedAt) => ({ requestedAt, coalesced: false });
    await clock.advance(15_000);
    expect(annotated).toHaveLength(3);
    handle(NEW);
    expect(await nudges()).toEqual({ fresh: 1, lagging: 0, ended: 0, error: 2 });
  });

  it('ends with the process', async () => {
    const { app, handle, deliver, stop } = setUp();
    app(OLD);
    const push = deliver(PUSH);
    stop();
    handle(NEW);
    expect(push.states()).toEqual(['fresh']);
    expect(deliver(NEXT).states()).toEqual([undefined]);
  });
});
