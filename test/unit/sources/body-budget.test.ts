import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createBodyBudget, type Room } from '../../../operator/sources/body-budget.ts';

const never = new AbortController().signal;

/** What a reservation has come to so far. */
async function soFar(reserving: Promise<Room | undefined>): Promise<Room | 'waits' | undefined> {
  return await Promise.race([reserving, setImmediate('waits' as const)]);
}

it('gives a batch, else one message, else has the source wait for its turn', async () => {
  const budget = createBodyBudget(100);
  const expected = { batchBytes: 60, messageBytes: 30 };
  expect(await budget.reserve(expected, never)).toEqual({ isWhole: true, bytes: 60 });
  expect(await budget.reserve(expected, never)).toEqual({ isWhole: false, bytes: 30 });
  const third = budget.reserve(expected, never);
  // Small as it is, it does not overtake.
  const fourth = budget.reserve({ batchBytes: 5, messageBytes: 5 }, never);
  expect([await soFar(third), await soFar(fourth)]).toEqual(['waits', 'waits']);
  budget.free(30);
  expect(await soFar(third)).toEqual({ isWhole: false, bytes: 30 });
  expect(await soFar(fourth)).toEqual({ isWhole: true, bytes: 5 });
});

it('counts what came whether there was room or not, and lets a message through that is too large alone', async () => {
  const budget = createBodyBudget(100);
  budget.add(150);
  const waiting = budget.reserve({ batchBytes: 400, messageBytes: 200 }, never);
  expect(await soFar(waiting)).toBe('waits');
  budget.free(150);
  expect(await soFar(waiting)).toEqual({ isWhole: false, bytes: 200 });
});

it('gives nothing to a source that ends, and its turn to the next', async () => {
  const budget = createBodyBudget(100);
  budget.add(90);
  const ending = new AbortController();
  const first = budget.reserve({ batchBytes: 50, messageBytes: 50 }, ending.signal);
  ending.abort();
  expect(await first).toBeUndefined();
  expect(await budget.reserve({ batchBytes: 10, messageBytes: 5 }, never)).toEqual({ isWhole: true, bytes: 10 });
  expect(await budget.reserve({ batchBytes: 10, messageBytes: 5 }, ending.signal)).toBeUndefined();
});
