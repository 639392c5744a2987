import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../../operator/kube/api-error.ts';
import {
  createWorkQueue,
  type WorkQueueMetrics,
  type WorkQueueOptions,
} from '../../../../operator/kube/queue/work-queue.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

type Outcome = Awaited<ReturnType<WorkQueueOptions['reconcile']>>;

/** A queue on a manual clock that writes down `key@ms` for each run; `reconcile` says how a run goes. */
function start(reconcile: (key: string, run: number) => Promise<Outcome>, options: Partial<WorkQueueOptions> = {}) {
  const clock = createManualClock();
  const runs: string[] = [];
  const queue = createWorkQueue({
    name: 'test',
    concurrent: 1,
    minRetryDelayMs: 1000,
    maxRetryDelayMs: 8000,
    random: () => 0,
    log: pino({ level: 'silent' }),
    clock,
    ...options,
    reconcile(key) {
      runs.push(`${key}@${clock.elapsedMs()}`);
      return reconcile(key, runs.length);
    },
  });
  queue.start();
  return { clock, queue, runs };
}

const succeed = async () => {};

describe('adding', () => {
  it('runs a key once, however often it was added before', async () => {
    const { clock, queue, runs } = start(succeed);
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
    await clock.advance(0);
    expect(runs).toEqual(['a@0', 'b@0']);
  });

  it('waits for start', async () => {
    const clock = createManualClock();
    const runs: string[] = [];
    const reconcile = async (key: string) => void runs.push(key);
    const log = pino({ level: 'silent' });
    const times = { minRetryDelayMs: 1, maxRetryDelayMs: 1 };
    const queue = createWorkQueue({ name: 'test', concurrent: 1, ...times, log, clock, reconcile });
    queue.add('a');
    await clock.advance(100);
    expect(runs).toEqual([]);
    queue.start();
    await clock.advance(0);
    expect(runs).toEqual(['a']);
  });

  it('takes what changed before the backlog, also what was in the backlog until it changed', async () => {
    const { clock, queue, runs } = start(succeed);
    for (const key of ['b1', 'b2', 'b3']) queue.add(key, 'backlog');
    queue.add('new');
    queue.add('b3');
    await clock.advance(0);
    expect(runs).toEqual(['new@0', 'b3@0', 'b1@0', 'b2@0']);
  });

  it('runs a key again that is added while it runs, after and never beside itself', async () => {
    let running = 0;
    let most = 0;
    const release: (() => void)[] = [];
    const { clock, queue, runs } = start(
      async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => release.push(resolve));
        running -= 1;
      },
      { concurrent: 4 },
    );
    queue.add('a');
    await clock.advance(0);
    queue.add('a');
    queue.add('a', 'backlog');
    await clock.advance(0);
    expect(runs).toEqual(['a@0']);
    release.shift()?.();
    await clock.advance(0);
    expect(runs).toEqual(['a@0', 'a@0']);
    release.shift()?.();
    await clock.advance(1000);
    expect(runs).toHaveLength(2);
    expect(most).toBe(1);
  });

  it.each([[1], [3]])('runs %d different keys at the same time', async (concurrent) => {
    const release: (() => void)[] = [];
    const hang = () => new Promise<void>((resolve) => release.push(resolve));
    const { clock, queue, runs } = start(hang, { concurrent });
    for (const key of ['a', 'b', 'c', 'd', 'e']) queue.add(key);
    await clock.advance(0);
    expect(runs).toHaveLength(concurrent);
    release.shift()?.();
    await clock.advance(0);
    expect(runs).toHaveLength(concurrent + 1);
  });

  it('works off ten thousand keys, with the event loop free in between', async () => {
    const { queue, runs } = start(succeed, { concurrent: 4 });
    for (let index = 0; index < 10_000; index += 1) queue.add(`key-${index}`, 'backlog');
    let turns = 0;
    while (runs.length < 10_000) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    expect(new Set(runs).size).toBe(10_000);
    expect(turns).toBeGreaterThan(1000);
  });
});

describe('running again', () => {
  it('retries what failed with a delay that doubles up to its bound', async () => {
    const { clock, queue, runs } = start(() => Promise.reject(new Error('no')));
    queue.add('a');
    await clock.advance(25_000);
    expect(runs).toEqual(['a@0', 'a@1000', 'a@3000', 'a@7000', 'a@13400', 'a@19800']);
  });

  it('forgets the failures of a key when it succeeds', async () => {
    const { clock, queue, runs } = start((_key, run) => (run === 3 ? succeed() : Promise.reject(new Error('no'))));
    queue.add('a');
    await clock.advance(10_000);
    expect(runs).toEqual(['a@0', 'a@1000', 'a@3000']);
    queue.add('a');
    await clock.advance(1000);
    expect(runs.slice(3)).toEqual(['a@10000', 'a@11000']);
  });

  it('runs a failed key at once when it changes, and then starts no second row of retries', async () => {
    const { clock, queue, runs } = start(() => Promise.reject(new Error('no')));
    queue.add('a');
    await clock.advance(500);
    queue.add('a');
    await clock.advance(2400);
    expect(runs).toEqual(['a@0', 'a@500', 'a@2500']);
  });

  it('does not come back before the API server wants it to', async () => {
    const { clock, queue, runs } = start((_key, run) =>
      run === 1 ? Promise.reject(new ApiError(429, undefined, 5000)) : succeed(),
    );
    queue.add('a');
    await clock.advance(4999);
    expect(runs).toEqual(['a@0']);
    await clock.advance(1);
    expect(runs).toEqual(['a@0', 'a@5000']);
  });

  it('runs again when the reconcile asked for it; a run in between asks anew', async () => {
    const { clock, queue, runs } = start(async () => ({ requeueAfterMs: 10_000 }));
    queue.add('a');
    await clock.advance(4000);
    queue.add('a');
    await clock.advance(20_000);
    expect(runs).toEqual(['a@0', 'a@4000', 'a@14000', 'a@24000']);
  });

  it('does not run again when a run in between asked for nothing', async () => {
    const { clock, queue, runs } = start(async (_key, run) => (run === 1 ? { requeueAfterMs: 10_000 } : undefined));
    queue.add('a');
    await clock.advance(4000);
    queue.add('a');
    await clock.advance(20_000);
    expect(runs).toEqual(['a@0', 'a@4000']);
  });
});

describe('stopping', () => {
  it('waits for what runs, and starts nothing further', async () => {
    let release = () => {};
    const hang = () => new Promise<void>((resolve) => (release = resolve));
    const { clock, queue, runs } = start(hang);
    queue.add('a');
    queue.add('b');
    await clock.advance(0);
    let stopped = false;
    const stopping = queue.stop().then(() => (stopped = true));
    queue.add('d');
    await clock.advance(1000);
    expect(stopped).toBe(false);
    release();
    await stopping;
    await clock.advance(1000);
    expect(runs).toEqual(['a@0']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('sets no timer for what fails or asks for more while it stops', async () => {
    const settle: ((outcome: 'fail' | 'again') => void)[] = [];
    const hang = () =>
      new Promise<Outcome>((resolve, reject) =>
        settle.push((outcome) => (outcome === 'fail' ? reject(new Error('no')) : resolve({ requeueAfterMs: 1 }))),
      );
    const { clock, queue, runs } = start(hang, { concurrent: 2 });
    queue.add('a');
    queue.add('b');
    await clock.advance(0);
    const stopping = queue.stop();
    settle[0]?.('fail');
    settle[1]?.('again');
    await stopping;
    expect(clock.pendingTimers).toBe(0);
    expect(runs).toHaveLength(2);
  });

  it('is done at once when nothing runs', async () => {
    const { queue } = start(succeed);
    await expect(queue.stop()).resolves.toBeUndefined();
  });
});

describe('metrics', () => {
  it('tell depth, adds, waits, work, retries and what is unfinished', async () => {
    const seen: string[] = [];
    let unfinished = () => ({ totalSeconds: -1, longestSeconds: -1 });
    const metrics: WorkQueueMetrics = {
      setDepth: (waiting) => seen.push(`depth ${waiting}`),
      countAdd: () => seen.push('add'),
      countRetry: () => seen.push('retry'),
      observeWait: (seconds) => seen.push(`waited ${seconds}`),
      observeWork: (seconds) => seen.push(`worked ${seconds}`),
      watchUnfinished: (read) => {
        unfinished = read;
      },
    };
    let fail = () => {};
    const hang = () => new Promise<void>((_resolve, reject) => (fail = () => reject(new Error('no'))));
    const { clock, queue } = start(hang, { metrics });
    queue.add('a');
    await clock.advance(0);
    queue.add('b');
    await clock.advance(2000);
    expect(unfinished()).toEqual({ totalSeconds: 2, longestSeconds: 2 });
    fail();
    await clock.advance(0);
    const first = ['add', 'depth 1', 'depth 0', 'waited 0', 'add', 'depth 1'];
    expect(seen).toEqual([...first, 'retry', 'worked 2', 'depth 0', 'waited 2']);
    expect(unfinished()).toEqual({ totalSeconds: 0, longestSeconds: 0 });
  });
});
