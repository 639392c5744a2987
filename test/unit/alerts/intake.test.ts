import { describe, expect, it } from 'vitest';
import type { FluxEvent } from '../../../operator/alerts/flux-event.ts';
import { createIntake } from '../../../operator/alerts/intake.ts';
import { createAlertIndex } from '../../../operator/alerts/matching/alert-index.ts';
import { compileAlert } from '../../../operator/alerts/matching/compile-alert.ts';
import type { Labels } from '../../../operator/alerts/matching/match-alert.ts';
import { createDeliveries } from '../../../operator/alerts/queue/deliveries.ts';
import { createEventStore } from '../../../operator/alerts/queue/event-store.ts';
import { createAlertReports } from '../../../operator/alerts/reports.ts';
import type { Alert, EventSource } from '../../../operator/api/alert/alert.ts';
import { createLogger } from '../../../operator/observe/log.ts';
import { createManualClock } from '../../support/manual-clock.ts';

function eventOf(name: string, message: string): FluxEvent {
  const object = { kind: 'Kustomization', namespace: 'apps', name, uid: '', resourceVersion: '', fieldPath: '' };
  return {
    involvedObject: { ...object, apiVersion: 'kustomize.toolkit.fluxcd.io/v1' },
    severity: 'info',
    timestamp: null,
    message,
    reason: '',
    metadata: new Map(),
    reportingController: '',
    reportingInstance: '',
  };
}

function alertOf(source: Partial<EventSource>): Alert {
  const spec = { providerRef: { name: 'p' }, eventSources: [{ kind: 'Kustomization', name: '*', ...source }] };
  return { metadata: { name: 'a', namespace: 'apps' }, spec };
}

const LABELLED = { matchLabels: { app: 'x' } };

/** An intake for one Alert, whose labels are read as a test says. */
function setup({ source = {} as Partial<EventSource>, maxEvents = 1_000, retryForMs = 60_000 } = {}) {
  const clock = createManualClock();
  const world = { isComplete: true };
  const reads: { name: string; answer: PromiseWithResolvers<Labels> }[] = [];
  const matched: string[] = [];
  const notes: string[] = [];
  const store = createEventStore({ maxEvents, maxBytes: 1e9, nowMs: () => clock.elapsedMs(), onDropped() {} });
  const index = createAlertIndex();
  index.set(compileAlert(alertOf(source), { allNamespaces: false }));
  const deliveries = createDeliveries({
    store,
    attempt: async ({ held }) => void matched.push(held.event.message),
    onFailed() {},
    retryForMs,
    clock,
  });
  const reports = createAlertReports({
    events: { record: (_, { note }) => void notes.push(note), stop: async () => {} },
    log: createLogger({ level: 'error', encoding: 'json' }),
  });
  const intake = createIntake({
    index,
    isComplete: () => world.isComplete,
    readLabels({ involvedObject: { name } }) {
      const answer = Promise.withResolvers<Labels>();
      reads.push({ name, answer });
      return answer.promise;
    },
    retryForMs,
    store,
    deliveries,
    reports,
    clock,
  });
  return {
    world,
    clock,
    store,
    reads,
    matched,
    notes,
    intake,
    take: (name: string, message: string) => intake.take(eventOf(name, message), 10),
  };
}

describe('events that come before the Alerts are known', () => {
  it('are matched when these are, in the order of each object', async () => {
    const { world, clock, take, matched } = setup();
    world.isComplete = false;
    for (const message of ['1', '2', '3']) take('a', message);
    await clock.advance(1_000);
    expect(matched).toEqual([]);
    world.isComplete = true;
    take('a', '4');
    await clock.advance(100);
    expect(matched).toEqual(['1', '2', '3', '4']);
  });

  it('are bounded, and cost one timer however many they are', async () => {
    const { world, clock, take, matched, store, intake } = setup({ maxEvents: 2 });
    world.isComplete = false;
    for (let number = 0; number < 50; number += 1) take(`o${number}`, String(number));
    expect([clock.pendingTimers, store.size, intake.stop().length]).toEqual([1, 2, 2]);
    expect(matched).toEqual([]);
  });
});

describe('events that wait for labels', () => {
  it('have those of eight objects read at once', async () => {
    const { clock, take, reads, matched } = setup({ source: LABELLED });
    for (let number = 0; number < 10; number += 1) take(`o${number}`, String(number));
    expect(reads).toHaveLength(8);
    reads[3]?.answer.resolve({ app: 'x' });
    await clock.advance(0);
    expect(matched).toEqual(['3']);
    expect(reads).toHaveLength(9);
  });

  it('keep their order while the labels cannot be read', async () => {
    const { clock, take, reads, matched } = setup({ source: LABELLED });
    take('a', '1');
    take('a', '2');
    reads[0]?.answer.reject(new Error('away'));
    await clock.advance(10_000);
    expect(reads).toHaveLength(2);
    reads[1]?.answer.resolve({ app: 'x' });
    await clock.advance(0);
    reads[2]?.answer.resolve({ app: 'other' });
    await clock.advance(0);
    expect(matched).toEqual(['1']);
  });

  it('are given up with a word on the Alert when the time is over', async () => {
    const { clock, take, reads, notes, store } = setup({ source: LABELLED, retryForMs: 0 });
    take('a', '1');
    reads[0]?.answer.reject(new Error('away'));
    await clock.advance(0);
    expect(notes).toEqual(['error getting source object Kustomization/apps/a']);
    expect([store.size, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('do not hold up those of other objects', async () => {
    const { clock, take, matched, reads } = setup({ source: { name: 'plain' } });
    take('plain', '1');
    await clock.advance(0);
    expect([matched, reads]).toEqual([['1'], []]);
  });

  it('make room: one that is dropped is not matched when its labels come', async () => {
    const { clock, take, reads, matched, intake } = setup({ source: LABELLED, maxEvents: 1 });
    take('a', '1');
    take('b', '2');
    for (const { answer } of reads) answer.resolve({ app: 'x' });
    await clock.advance(0);
    expect(matched).toEqual(['2']);
    await intake.drain();
  });
});

describe('draining', () => {
  it('tries what waits at once, and ends when all is matched', async () => {
    const { clock, take, reads, matched, intake } = setup({ source: LABELLED });
    take('a', '1');
    reads[0]?.answer.reject(new Error('away'));
    await clock.advance(0);
    const drained = intake.drain();
    expect(reads).toHaveLength(2);
    reads[1]?.answer.resolve({ app: 'x' });
    await drained;
    expect(matched).toEqual(['1']);
  });

  it('ends when the intake stops, which tells what is left', async () => {
    const { take, intake } = setup({ source: LABELLED });
    take('a', '1');
    const drained = intake.drain();
    expect(intake.stop().map(({ message }) => message)).toEqual(['1']);
    await drained;
  });
});
