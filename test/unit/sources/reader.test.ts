/** What is received when: over a broker in memory, and a clock that the test moves. */
import { expect, it } from 'vitest';
import type { Outcome } from '../../../operator/receivers/notify-message.ts';
import { createAttemptCounts } from '../../../operator/sources/attempt-counts.ts';
import { createBodyBudget } from '../../../operator/sources/body-budget.ts';
import { createReader } from '../../../operator/sources/reader.ts';
import { createSlots } from '../../../operator/sources/slots.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createMemorySource, type MemorySourceOptions } from './memory-source.ts';

const KIB = 1_024;
const done: Outcome = { outcome: 'done', targets: 1 };

function setUp(
  options: MemorySourceOptions = {},
  { maxBytes = 1_024 * KIB, budget = createBodyBudget(maxBytes) } = {},
) {
  const clock = createManualClock();
  const source = createMemorySource(options);
  const judging: PromiseWithResolvers<Outcome>[] = [];
  const reader = createReader({
    source,
    budget,
    judge() {
      const judged = Promise.withResolvers<Outcome>();
      judging.push(judged);
      return judged.promise;
    },
    maxAttempts: 6,
    counts: createAttemptCounts(),
    slots: createSlots(),
    reports: { outcome() {}, rejected() {}, failing() {}, away() {}, notSettled() {} },
    clock,
    random: () => 0,
  });
  const judgeAll = async (outcome = done) => {
    for (const { resolve } of judging.splice(0)) resolve(outcome);
    await clock.advance(0);
  };
  const ids = (count: number, bytes = 2) =>
    Array.from({ length: count }, (_, index) => ({ id: String(index), body: Buffer.alloc(bytes) }));
  return { clock, source, reader, judging, judgeAll, ids, budget };
}

it('asks for ten messages, and then for as many as there are slots', async () => {
  const { source, reader, ids, judgeAll } = setUp();
  source.push(...ids(4));
  expect(await reader.receive()).toBe(4);
  source.push(...ids(6));
  expect(await reader.receive()).toBe(6);
  expect(source.asked).toEqual([10, 6]);
  const next = reader.receive();
  source.push(...ids(1));
  await judgeAll();
  expect(await next).toBe(1);
  expect(source.asked).toEqual([10, 6, 10]);
});

it('receives the next ones as soon as the broker has taken an answer, where all of a batch are done at once', async () => {
  const { clock, source, reader, judgeAll } = setUp();
  const taken = Promise.withResolvers<void>();
  source.push(...Array.from({ length: 10 }, (_, index) => ({ id: String(index), ack: () => taken.promise })));
  expect(await reader.receive()).toBe(10);
  const next = reader.receive();
  await judgeAll();
  await clock.advance(10_000);
  expect(source.asked).toEqual([10]);
  taken.resolve();
  await clock.advance(0);
  expect(source.asked).toEqual([10, 10]);
  source.answerEmpty();
  expect(await next).toBe(0);
});

it('receives nothing while the API server is away', async () => {
  const { clock, source, reader, ids, judging, judgeAll } = setUp();
  source.push(...ids(1));
  await reader.receive();
  await judgeAll({ outcome: 'away', code: 'ApiServerAway', message: '' });
  const next = reader.receive();
  await clock.advance(1_000);
  expect(source.asked).toEqual([10]);
  expect(judging).toHaveLength(1);
  await judgeAll();
  expect(source.asked).toEqual([10, 10]);
  source.answerEmpty();
  expect(await next).toBe(0);
});

it('takes one message where there is no room for a batch, and waits where there is none for one', async () => {
  const budget = createBodyBudget(70 * KIB);
  const idle = setUp({}, { budget });
  const other = setUp({}, { budget });
  const third = setUp({}, { budget });
  const waiting = idle.reader.receive();
  // 64 KiB of 70 are reserved: 8 for one message are not left.
  const blocked = [other.reader.receive(), third.reader.receive()];
  await idle.clock.advance(0);
  expect([other.source.asked, third.source.asked]).toEqual([[], []]);
  idle.source.push({ body: Buffer.alloc(100) });
  await waiting;
  await idle.clock.advance(0);
  expect([other.source.asked, third.source.asked]).toEqual([[10], []]);
  await idle.judgeAll();
  other.source.push({ body: Buffer.alloc(20 * KIB) });
  await blocked[0];
  await idle.clock.advance(0);
  // 20 KiB are held, so that 50 are left.
  expect(third.source.asked).toEqual([1]);
});

it('reserves what came last, and forgets what was large once', async () => {
  const { clock, source, reader, ids, judgeAll, budget } = setUp({}, { maxBytes: 1_000 * KIB });
  source.push(...ids(10, 90 * KIB));
  await reader.receive();
  await judgeAll();
  const signal = new AbortController().signal;
  const next = reader.receive();
  await clock.advance(0);
  // 900 KiB are reserved again.
  expect(await budget.reserve({ batchBytes: 200 * KIB, messageBytes: 100 * KIB }, signal)).toEqual({
    isWhole: false,
    bytes: 100 * KIB,
  });
  budget.free(100 * KIB);
  source.answerEmpty();
  await next;
  void reader.receive();
  await clock.advance(0);
  expect(await budget.reserve({ batchBytes: 500 * KIB, messageBytes: 1 }, signal)).toMatchObject({ isWhole: true });
});

it('is stuck where a broker does not answer', async () => {
  const { clock, reader } = setUp();
  const receiving = reader.receive();
  const failed = expect(receiving).rejects.toMatchObject({ code: 'Unreachable' });
  await clock.advance(28_000);
  await failed;
  expect(reader.isStuck).toBe(true);
});

it('gives back at its end what a long poll brings late, then closes', async () => {
  const { clock, source, reader, ids, judging, judgeAll } = setUp({ isPolling: true });
  source.push(...ids(1));
  await reader.receive();
  const polling = reader.receive();
  await clock.advance(0);
  const released = reader.release();
  await judgeAll();
  expect(source.told).toEqual(['ack 0']);
  source.push({ id: 'late' });
  await Promise.all([polling, released]);
  expect(source.told).toEqual(['ack 0', 'retry late 0', 'close']);
  expect(judging).toEqual([]);
});

it('gives back what it holds once the long poll is over, or has taken too long: that would take it once more', async () => {
  for (const over of ['answered', 'late'] as const) {
    const { clock, source, reader, ids, judgeAll } = setUp({ isPolling: true });
    source.push(...ids(1));
    await reader.receive();
    const polling = reader.receive();
    await clock.advance(0);
    const away = () => judgeAll({ outcome: 'away', code: 'ApiServerAway', message: '' });
    await away();
    const released = reader.release();
    await clock.advance(20_000);
    await away();
    expect(source.told).toEqual([]);
    if (over === 'answered') source.answerEmpty();
    await clock.advance(1_000);
    await away();
    expect(source.told.slice(0, 1)).toEqual(['retry 0 0']);
    source.answerEmpty();
    await Promise.all([polling, released]);
    expect(source.told).toEqual(['retry 0 0', 'close']);
  }
});

it('drained, handles what a long poll brings late, then closes', async () => {
  const { clock, source, reader, judgeAll } = setUp({ isPolling: true });
  const polling = reader.receive();
  await clock.advance(0);
  const drained = reader.drain();
  source.push({ id: 'late' });
  await polling;
  await judgeAll();
  await drained;
  expect(source.told).toEqual(['ack late', 'close']);
  expect(await reader.receive()).toBe(0);
});

it('released while it drains gives back what is left', async () => {
  const { clock, source, reader, ids, judgeAll } = setUp({ delays: 'held' });
  source.push(...ids(1));
  await reader.receive();
  await judgeAll({ outcome: 'failing', code: 'TargetNotFound', message: '' });
  const drained = reader.drain();
  await clock.advance(0);
  expect(source.told).toEqual([]);
  await Promise.all([reader.release(), drained]);
  expect(source.told).toEqual(['retry 0 0', 'close']);
});
