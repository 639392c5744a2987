import { expect, test } from 'vitest';
import { createBatcher } from '../../../../operator/sources/brokers/batcher.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

function setUp(mayGrow = () => true, failed: ReadonlyMap<number, Error> | Error = new Map()) {
  const clock = createManualClock();
  const sent: number[][] = [];
  const batcher = createBatcher<number>({
    maxWaitMs: 200,
    clock,
    mayGrow,
    async send(entries) {
      sent.push([...entries]);
      if (failed instanceof Error) throw failed;
      return failed;
    },
  });
  return { clock, sent, batcher };
}
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

test('entries wait for each other, for 200 ms from the first', async () => {
  const { clock, sent, batcher } = setUp();
  const first = batcher.add(1);
  await clock.advance(199);
  const second = batcher.add(2);
  expect(sent).toEqual([]);
  await clock.advance(1);
  await Promise.all([first, second]);
  expect(sent).toEqual([[1, 2]]);
});

test('ten go at once, and the next wait anew', async () => {
  const { clock, sent, batcher } = setUp();
  const all = numbers(12).map((each) => batcher.add(each));
  expect(sent).toEqual([numbers(10)]);
  await clock.advance(200);
  await Promise.all(all);
  expect(sent).toEqual([numbers(10), [10, 11]]);
  expect(clock.pendingTimers).toBe(0);
});

test('nobody waits where nothing can follow', async () => {
  let held = 2;
  const { sent, batcher } = setUp(() => held > 1);
  const first = batcher.add(1);
  held = 1;
  await Promise.all([first, batcher.add(2)]);
  expect(sent).toEqual([[1, 2]]);
});

test('each entry has its own end', async () => {
  const { batcher } = setUp(() => true, new Map([[1, new Error('one')]]));
  const results = Promise.allSettled([batcher.add(1), batcher.add(2), batcher.add(3)]);
  await batcher.flush();
  expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('a call that fails is the end of all, and flushing does not fail', async () => {
  const { batcher } = setUp(() => true, new Error('all'));
  const results = Promise.allSettled([batcher.add(1), batcher.add(2)]);
  await batcher.flush();
  expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
