/** The rule, over a broker in memory and a clock that the test moves. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../operator/receivers/notify-message.ts';
import { createAttemptCounts } from '../../../operator/sources/attempt-counts.ts';
import { createLoop, type LoopReports } from '../../../operator/sources/loop.ts';
import { createSlots } from '../../../operator/sources/slots.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createMemorySource, type MemorySourceOptions, memoryMessage } from './memory-source.ts';

const done: Outcome = { outcome: 'done', targets: 1 };
const poison: Outcome = { outcome: 'poison', code: 'FilterFailed', message: 'it failed' };
const failing: Outcome = { outcome: 'failing', code: 'TargetNotFound', message: 'it is missing' };
const away: Outcome = { outcome: 'away', code: 'ApiServerAway', message: 'no answer' };

/** @param outcomes of a message's attempts, by its id; the last one goes on. */
function setUp(outcomes: Record<string, readonly Outcome[]>, options: MemorySourceOptions = {}, maxAttempts = 6) {
  const clock = createManualClock();
  const source = createMemorySource(options);
  const { told } = source;
  const attempts: string[] = [];
  const reported: string[] = [];
  const freed: number[] = [];
  const reports: LoopReports = {
    outcome: (_message, outcome) => void reported.push(outcome),
    rejected: ({ id }, attempt, { code }) => void reported.push(`rejected ${id} ${attempt} ${code}`),
    failing: ({ id }, attempt, _, retryInMs) => void reported.push(`failing ${id} ${attempt} ${retryInMs}`),
    away: ({ id }) => void reported.push(`away ${id}`),
    notSettled: ({ id }) => void reported.push(`notSettled ${id}`),
  };
  const counts = createAttemptCounts();
  let rooms = 0;
  const loop = createLoop({
    source,
    async judge({ id }, attempt) {
      attempts.push(`${id} ${attempt}`);
      const left = outcomes[id] ?? [done];
      const [next = done, ...rest] = left;
      if (rest.length > 0) outcomes[id] = rest;
      return next;
    },
    maxAttempts,
    counts,
    slots: createSlots(),
    reports,
    clock,
    random: () => 0.5,
    onRoom: () => {
      rooms += 1;
    },
    onFreed: (bytes) => void freed.push(bytes),
  });
  const begin = (...messages: Parameters<typeof memoryMessage>[0][]) => {
    for (const message of messages) loop.begin(memoryMessage(message, told));
    return clock.advance(0);
  };
  return { clock, told, attempts, reported, freed, loop, begin, rooms: () => rooms };
}

describe('one attempt', () => {
  it.each([
    ['done is acknowledged', done, 'ack a', ['done']],
    ['poison is rejected', poison, 'reject a FilterFailed', ['poison', 'rejected a 1 FilterFailed']],
    ['failing comes again after a second', failing, 'retry a 1000', ['failing', 'failing a 1 1000']],
  ])('%s', async (_name, outcome, tell, report) => {
    const { told, reported, loop, begin, freed } = setUp({ a: [outcome] });
    await begin({ id: 'a' });
    expect(told).toEqual([tell]);
    expect(reported).toEqual(report);
    expect(loop.held).toBe(0);
    expect(freed).toEqual([2]);
  });

  it('keeps no slot when the broker cannot be told', async () => {
    const { reported, loop, begin } = setUp({});
    await begin({
      id: 'a',
      async ack() {
        throw new Error('the connection is gone');
      },
    });
    expect(reported).toEqual(['done', 'notSettled a']);
    expect(loop.room()).toBe(10);
  });
});

describe('a broker that does not take the answer at first', () => {
  /** The first calls fail. */
  const busy = (failures: number, told: string[]) => async () => {
    told.push('ack');
    if (told.length <= failures) throw new Error('busy');
  };

  it('is told again after a second, and keeps no slot meanwhile', async () => {
    const { clock, told, reported, loop, begin } = setUp({}, { extendEveryMs: 15_000 });
    await begin({ id: 'a', ack: busy(1, told) });
    expect([loop.held, loop.room()]).toEqual([0, 10]);
    await clock.advance(999);
    expect(told).toEqual(['ack']);
    await clock.advance(1);
    expect(told).toEqual(['ack', 'ack']);
    expect(reported).toEqual(['done']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is told twice only', async () => {
    const { clock, told, reported, loop, begin } = setUp({}, { extendEveryMs: 500 });
    await begin({ id: 'a', ack: busy(9, told) });
    await clock.advance(250);
    await loop.drain();
    expect(told).toEqual(['ack', 'ack']);
    expect(reported).toEqual(['done', 'notSettled a']);
  });

  it('is told once where the message dies with the connection', async () => {
    const { clock, told, reported, begin } = setUp({});
    await begin({ id: 'a', ack: busy(9, told) });
    await clock.advance(60_000);
    expect(told).toEqual(['ack']);
    expect(reported).toEqual(['done', 'notSettled a']);
  });

  it('is told once at the end', async () => {
    const { told, reported, loop } = setUp({}, { extendEveryMs: 15_000 });
    loop.begin(memoryMessage({ id: 'a', ack: busy(9, told) }, told));
    await loop.release();
    expect(told).toEqual(['ack']);
    expect(reported).toEqual(['done', 'notSettled a']);
  });
});

describe('failing', () => {
  it.each([
    [1, 1_000],
    [2, 5_000],
    [3, 30_000],
    [4, 120_000],
    [5, 300_000],
    [9, 300_000],
  ])('after attempt %i by the count of the broker comes again after %i ms', async (attempt, delayMs) => {
    const { told, attempts, begin } = setUp({ a: [failing] }, {}, 20);
    await begin({ id: 'a', attempt });
    expect(attempts).toEqual([`a ${attempt}`]);
    expect(told).toEqual([`retry a ${delayMs}`]);
  });

  it('is rejected after the last attempt', async () => {
    const { told, reported, begin } = setUp({ a: [failing] }, {}, 3);
    await begin({ id: 'a', attempt: 3 });
    expect(told).toEqual(['reject a TargetNotFound']);
    expect(reported).toEqual(['poison', 'rejected a 3 TargetNotFound']);
  });

  it('is rejected before the broker takes it away by itself', async () => {
    const { told, begin } = setUp({ a: [failing] });
    await begin({ id: 'a', attempt: 2, last: true });
    expect(told).toEqual(['reject a TargetNotFound']);
  });

  it('is counted here where the broker does not count', async () => {
    const { told, attempts, begin } = setUp({ a: [failing] }, {}, 2);
    await begin({ id: 'a' });
    await begin({ id: 'a' });
    expect(attempts).toEqual(['a 1', 'a 2']);
    expect(told).toEqual(['retry a 1000', 'reject a TargetNotFound']);
  });

  it('is held and tried again here where the broker delays nothing', async () => {
    const { clock, told, attempts, begin } = setUp({ a: [failing, failing, done] }, { delays: 'held' });
    await begin({ id: 'a', attempt: 1, last: true });
    await clock.advance(999);
    expect(attempts).toEqual(['a 1']);
    await clock.advance(1);
    expect(attempts).toEqual(['a 1', 'a 2']);
    await clock.advance(5_000);
    expect(attempts).toEqual(['a 1', 'a 2', 'a 3']);
    expect(told).toEqual(['ack a']);
  });

  it('holds at most half the slots, and gives the rest back without a spin', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const { clock, told, loop, begin } = setUp(Object.fromEntries(ids.map((id) => [id, [failing]])), {
      delays: 'held',
    });
    await begin(...ids.map((id) => ({ id, attempt: 3 })));
    expect(loop.held).toBe(6);
    await clock.advance(4_999);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual(['retry f 30000']);
    expect(loop.room()).toBe(5);
  });
});

describe('away', () => {
  it('holds, extends and receives nothing until the API server answers, and counts no attempt', async () => {
    const { clock, told, attempts, reported, loop, begin } = setUp(
      { a: [away, away, away, done], b: [away, done] },
      { extendEveryMs: 250 },
    );
    await begin({ id: 'a', attempt: 1 }, { id: 'b', attempt: 1 });
    expect(loop.room()).toBe(0);
    // 100, 200 and 400 ms: one message finds out.
    await clock.advance(300);
    expect(attempts).toEqual(['a 1', 'b 1', 'a 1', 'a 1']);
    expect(told).toEqual(['extend a', 'extend b']);
    await clock.advance(400);
    expect(attempts.slice(4)).toEqual(['a 1', 'b 1']);
    expect(told.filter((each) => each.startsWith('ack'))).toEqual(['ack a', 'ack b']);
    expect(reported.filter((each) => each === 'away')).toHaveLength(2);
    expect(loop.room()).toBe(10);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lasts for hours, with an attempt every two seconds', async () => {
    const { clock, told, attempts, begin } = setUp({ a: [away] });
    await begin({ id: 'a' });
    await clock.advance(3_600_000);
    expect(told).toEqual([]);
    expect(attempts.length).toBeGreaterThan(1_200);
    expect(attempts.length).toBeLessThan(2_400);
  });

  it('begins anew with a short delay after the API server answered', async () => {
    const { clock, attempts, begin } = setUp({ a: [away, away, away, failing], b: [away, done] });
    await begin({ id: 'a' });
    await clock.advance(700);
    expect(attempts).toHaveLength(4);
    await begin({ id: 'b' });
    await clock.advance(100);
    expect(attempts.slice(4)).toEqual(['b 1', 'b 1']);
  });

  it('is over for all as soon as any message is judged', async () => {
    const { attempts, told, begin } = setUp({ a: [away, done], b: [done] });
    await begin({ id: 'a' });
    await begin({ id: 'b' });
    expect(attempts).toEqual(['a 1', 'b 1', 'a 1']);
    expect(told).toEqual(['ack b', 'ack a']);
  });
});

describe('an extension that fails', () => {
  /** Message `a` is away; its extensions fail but for those whose numbers are given. */
  function extending(succeed: readonly number[] = []) {
    const world = setUp({ a: [away] }, { extendEveryMs: 16_000 });
    const triedMs: number[] = [];
    const startMs = world.clock.elapsedMs();
    const extend = async () => {
      triedMs.push(world.clock.elapsedMs() - startMs);
      if (!succeed.includes(triedMs.length)) throw new Error('no answer');
    };
    return { ...world, triedMs, message: { id: 'a', extend } };
  }

  it('is tried again several times before the broker gives the message to somebody else, and not all the time', async () => {
    const { clock, begin, triedMs, message, reported } = extending();
    await begin(message);
    await clock.advance(48_000);
    expect(triedMs).toEqual([16_000, 18_000, 22_000, 30_000, 32_000, 34_000, 38_000, 46_000, 48_000]);
    expect(reported.filter((each) => each === 'notSettled a')).toHaveLength(9);
  });

  it('is tried no more once it was done, until the next is due', async () => {
    const { clock, begin, triedMs, message } = extending([2, 3]);
    await begin(message);
    await clock.advance(34_000);
    expect(triedMs).toEqual([16_000, 18_000, 32_000]);
  });

  it('is not tried again for a message that is given back', async () => {
    const { clock, begin, loop, triedMs, message } = extending();
    await begin(message);
    await clock.advance(16_000);
    await loop.release();
    await clock.advance(60_000);
    expect(triedMs).toEqual([16_000]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('nor for one that was given back while it was under way', async () => {
    const { clock, begin, loop, told } = setUp({ a: [away] }, { extendEveryMs: 16_000 });
    const answer = Promise.withResolvers<void>();
    await begin({ id: 'a', extend: () => answer.promise });
    await clock.advance(16_000);
    await loop.release();
    answer.reject(new Error('no answer'));
    await clock.advance(60_000);
    expect(told).toEqual(['retry a 0']);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('the end', () => {
  it('released: what waits is given back at once, what is tried comes to its end', async () => {
    const { clock, told, loop, begin } = setUp({ a: [away], b: [failing, done], c: [done] }, { delays: 'held' });
    await begin({ id: 'b' });
    await begin({ id: 'a' });
    loop.begin(memoryMessage({ id: 'c' }, told));
    const released = loop.release();
    await released;
    expect(told.toSorted()).toEqual(['ack c', 'retry a 0', 'retry b 0']);
    loop.begin(memoryMessage({ id: 'd' }, told));
    await loop.release();
    expect(told).toContain('retry d 0');
    expect(clock.pendingTimers).toBe(0);
  });

  it('released while tried: what is not done is given back', async () => {
    const { told, loop } = setUp({ a: [away], b: [failing] });
    for (const id of ['a', 'b']) loop.begin(memoryMessage({ id }, told));
    await loop.release();
    expect(told).toEqual(['retry a 0', 'retry b 0']);
  });

  it('drained: what is held goes on', async () => {
    const { clock, told, loop, begin } = setUp({ a: [failing, done] }, { delays: 'held' });
    await begin({ id: 'a' });
    let isDone = false;
    void loop.drain().then(() => {
      isDone = true;
    });
    await clock.advance(999);
    expect(isDone).toBe(false);
    await clock.advance(1);
    expect(isDone).toBe(true);
    expect(told).toEqual(['ack a']);
  });

  it('of the time that a broker lets a message be held', async () => {
    const { clock, told, begin } = setUp({ a: [away] }, { maxHoldMs: 60_000 });
    await begin({ id: 'a' });
    await clock.advance(60_000);
    expect(told).toEqual(['retry a 5000']);
    expect(clock.pendingTimers).toBe(0);
  });
});

it('takes ten messages at a time', async () => {
  const { told, loop } = setUp({});
  for (let number = 0; number < 10; number += 1) loop.begin(memoryMessage({ id: String(number) }, told));
  expect(loop.room()).toBe(0);
  await loop.drain();
  expect(loop.room()).toBe(10);
});
