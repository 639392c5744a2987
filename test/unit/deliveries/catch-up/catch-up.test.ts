/** When targets are annotated for webhooks that nobody received, at which rate, and what is told of it. */
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { type CatchUpOptions, createCatchUp } from '../../../../operator/deliveries/catch-up/catch-up.ts';
import { createJournal } from '../../../../operator/deliveries/records/journal.ts';
import type { Delivery } from '../../../../operator/deliveries/records/record.ts';
import { addTarget } from '../../../../operator/deliveries/records/target-outcomes.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { createLines } from '../../receivers/lines.ts';
import { createScriptedApi } from '../../receivers/scripted-api.ts';

const SECOND = 1_000;
const WEB = { kind: 'Receiver', namespace: 'apps', name: 'web' };

/** A leader with one Receiver that has so many targets, at ten a second. */
function setUp(targets: number, afterMs = 10 * SECOND) {
  const clock = createManualClock();
  const journal = createJournal({ maxRecords: 100, clock });
  const api = createScriptedApi();
  const lease = { metadata: { annotations: {} as Record<string, string> } };
  const notes: (string | undefined)[] = [];
  api.answer(({ method, body }) => {
    if (method === 'PUT') {
      Object.assign(lease, body);
      notes.push(lease.metadata.annotations['sluice/catch-up']);
    }
    return lease;
  });
  const annotatedMs: number[] = [];
  const sinceMs: number[] = [];
  const told: string[] = [];
  const events = { record: (_about: unknown, { note }: { note: string }) => void told.push(note) };
  const cluster = {
    ...{ clock, events, log: createLines().log, replicaEvents: events },
    leader: { leads: true, client: api.client },
    servingSinceMs: clock.now() as number | undefined,
  };
  const notifying = {
    messages: { onReceiver: () => undefined },
    routes: { findByKey: () => ({ ...WEB, key: 'apps/web', serving: {} }) },
    watch: { receivers: { keys: () => ['apps/web'] } },
    catchUp: (async (_receiver, run, account) => {
      sinceMs.push(run.sinceMs);
      for (let target = 0; target < targets; target++) {
        if (!(await run.turn())) return;
        annotatedMs.push(clock.now());
        addTarget(account, { kind: 'GitRepository', namespace: 'apps', name: `${target}` }, 'annotated');
      }
    }) satisfies CatchUpOptions['notifying']['catchUp'],
  };
  const part = createCatchUp({
    ...{ journal, registry: new Registry(), namespace: 'flux-system', afterMs, rate: 10 },
    cluster: cluster as unknown as CatchUpOptions['cluster'],
    notifying: notifying as unknown as CatchUpOptions['notifying'],
    servingSinceMs: async () => (cluster.servingSinceMs === undefined ? [] : [cluster.servingSinceMs]),
  });
  const record = (more: Partial<Delivery>) =>
    journal.add({
      ...{ atMs: clock.now(), ms: 1, bytes: 2, object: WEB, type: 'generic-oidc', origin: 'http' },
      ...{ verdict: 'accepted', code: 'Delivered', ...more },
    });
  const leaseOf = (secondsAgo: number) => ({ renewedMs: clock.now() - secondsAgo * SECOND, annotations: {} });
  return {
    clock,
    part,
    record,
    leaseOf,
    annotatedMs,
    sinceMs,
    told,
    notes,
    cluster,
    journal,
  };
}

describe('after an absence', () => {
  it('all is annotated at the rate, noted on the Lease until it is done, and told once', async () => {
    const { clock, part, leaseOf, annotatedMs, sinceMs, notes, told, journal } = setUp(25);
    const beganMs = clock.now();
    part.lead?.(leaseOf(20));
    await clock.advance(SECOND);
    expect(annotatedMs).toHaveLength(11);
    expect(notes).toEqual(['2026-01-02T15:03:45.000Z/2026-01-02T15:04:05.000Z']);
    await clock.advance(2 * SECOND);
    expect(annotatedMs.map((atMs) => atMs - beganMs)).toEqual(Array.from({ length: 25 }, (_, index) => index * 100));
    expect(sinceMs).toEqual([beganMs]);
    expect(notes).toHaveLength(2);
    expect(notes[1]).toBeUndefined();
    expect(told).toEqual([
      '25 resources were annotated: no replica served webhooks from 2026-01-02T15:03:45.000Z to 2026-01-02T15:04:05.000Z',
    ]);
    expect(journal.of(WEB)).toMatchObject([
      { origin: 'catch-up', verdict: 'accepted', targetCounts: [25, 0, 0, 0, 0] },
    ]);
  });

  it('nothing begins before this replica serves', async () => {
    const { clock, part, leaseOf, annotatedMs, cluster, notes } = setUp(1);
    cluster.servingSinceMs = undefined;
    part.lead?.(leaseOf(20));
    await clock.advance(5 * SECOND);
    expect([annotatedMs, notes]).toEqual([[], []]);
    cluster.servingSinceMs = clock.now();
    await clock.advance(SECOND);
    expect(annotatedMs).toHaveLength(1);
  });

  it.each<[what: string, lead: (world: ReturnType<typeof setUp>) => void]>([
    ['that was short', ({ part, leaseOf }) => part.lead?.(leaseOf(10))],
    ['of which no Lease tells', ({ part }) => part.lead?.(undefined)],
  ])('%s nothing is annotated', async (_what, lead) => {
    const world = setUp(1);
    lead(world);
    await world.clock.advance(SECOND);
    expect([world.annotatedMs, world.notes, world.told]).toEqual([[], [], []]);
  });

  it('the note stays where this one leads no more', async () => {
    const { clock, part, leaseOf, annotatedMs, cluster, notes } = setUp(25);
    part.lead?.(leaseOf(20));
    await clock.advance(SECOND);
    cluster.leader.leads = false;
    await clock.advance(10 * SECOND);
    expect(annotatedMs).toHaveLength(11);
    expect(notes).toHaveLength(1);
  });
});

describe('a Receiver that can be served again', () => {
  it('is made up for what it missed until then, however long that has to wait', async () => {
    const { clock, part, leaseOf, record, annotatedMs, sinceMs, told } = setUp(25);
    await part.start?.();
    part.lead?.(leaseOf(20));
    record({ verdict: 'refused', code: 'IssuerUnreachable' });
    await clock.advance(SECOND);
    const provedMs = clock.now();
    // It came before it was proved, and its own targets were annotated after it came.
    await clock.advance(1);
    record({ atMs: provedMs });
    await clock.advance(5 * SECOND);
    expect(annotatedMs).toHaveLength(50);
    expect(sinceMs[1]).toBe(provedMs);
    expect(told.at(-1)).toBe(
      '25 resources were annotated: webhooks were refused while the Receiver could not be served',
    );
  });
});

it('with --catch-up-after=0 nothing is made up for', async () => {
  const { clock, part, leaseOf, annotatedMs } = setUp(1, 0);
  await part.start?.();
  part.lead?.(leaseOf(1_000));
  await clock.advance(SECOND);
  expect(annotatedMs).toEqual([]);
});
