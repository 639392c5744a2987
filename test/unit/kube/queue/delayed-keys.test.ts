import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDelayedKeys } from '../../../../operator/kube/queue/delayed-keys.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

function start() {
  const clock = createManualClock();
  const due: string[] = [];
  const keys = createDelayedKeys(clock, (key) => due.push(`${key}@${clock.elapsedMs()}`));
  return { clock, due, keys };
}

describe('createDelayedKeys', () => {
  it('announces each key once, at its time and in the order of the times', async () => {
    const { clock, due, keys } = start();
    keys.set('c', 300);
    keys.set('a', 100);
    keys.set('b', 200);
    await clock.advance(99);
    expect(due).toEqual([]);
    await clock.advance(1000);
    expect(due).toEqual(['a@100', 'b@200', 'c@300']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('forgets the time that was set before, be it earlier or later', async () => {
    const { clock, due, keys } = start();
    keys.set('later', 100);
    keys.set('later', 500);
    keys.set('sooner', 500);
    keys.set('sooner', 100);
    await clock.advance(1000);
    expect(due).toEqual(['sooner@100', 'later@500']);
  });

  it('does not announce what was deleted', async () => {
    const { clock, due, keys } = start();
    keys.set('a', 100);
    keys.set('b', 100);
    keys.delete('a');
    await clock.advance(1000);
    expect(due).toEqual(['b@100']);
  });

  it('leaves no timer behind when it is cleared', () => {
    const { clock, keys } = start();
    keys.set('a', 100);
    keys.clear();
    expect(clock.pendingTimers).toBe(0);
  });

  it('has one timer for ten thousand keys', () => {
    const { clock, keys } = start();
    for (let index = 0; index < 10_000; index += 1) keys.set(`key-${index}`, 60_000 - index);
    expect(clock.pendingTimers).toBe(1);
  });

  it.each([[-5], [Number.NaN], [0]])('takes a delay of %d for none', async (delayMs) => {
    const { clock, due, keys } = start();
    keys.set('a', delayMs);
    await clock.advance(1);
    expect(due).toEqual(['a@1']);
  });

  it('behaves as a list of times would, whatever is set and deleted', async () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      delayMs: fc.integer({ min: 1, max: 50 }),
      action: fc.constantFrom('set' as const, 'delete' as const),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 300 }), async (steps) => {
        const { clock, due, keys } = start();
        const model = new Map<string, number>();
        for (const { key, delayMs, action } of steps) {
          if (action === 'delete') keys.delete(key);
          else keys.set(key, delayMs);
          if (action === 'delete') model.delete(key);
          else model.set(key, delayMs);
        }
        await clock.advance(100);
        expect(due.toSorted()).toEqual([...model].map(([key, dueMs]) => `${key}@${dueMs}`).toSorted());
      }),
      { numRuns: 50 },
    );
  });
});
