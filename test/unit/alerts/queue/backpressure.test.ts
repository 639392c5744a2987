import { describe, expect, it } from 'vitest';
import { createBackpressure } from '../../../../operator/alerts/queue/backpressure.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

/** Providers whose queues a test sets by hand. */
function setup(...sizes: number[]) {
  const clock = createManualClock();
  const loads = sizes.map((size) => ({ size, ended: 0 }));
  const pending = () => loads.reduce((sum, { size }) => sum + size, 0);
  const backpressure = createBackpressure({ loads: () => loads, pending, clock });
  const answered: string[] = [];
  function answer(name: string): void {
    const waiting = backpressure.wait();
    if (waiting === undefined) answered.push(name);
    else void waiting.then(() => answered.push(name));
  }
  function deliver(index: number, count: number): void {
    const load = loads[index];
    if (load === undefined) throw new Error(`there is no Provider ${index}`);
    load.size -= count;
    load.ended += count;
  }
  return { clock, loads, answer, answered, deliver };
}

describe('an answer', () => {
  it('is given at once while few deliveries are queued', () => {
    const { answer, answered } = setup(100, 155);
    answer('a');
    expect(answered).toEqual(['a']);
  });

  it('waits from 256 queued deliveries on, until 64 are left', async () => {
    const { clock, answer, answered, deliver } = setup(200, 56);
    answer('a');
    deliver(0, 150);
    answer('b');
    await clock.advance(5);
    expect(answered).toEqual([]);
    deliver(0, 42);
    await clock.advance(5);
    expect(answered).toEqual(['a', 'b']);
    answer('c');
    expect(answered).toEqual(['a', 'b', 'c']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('waits 50 ms at most, though deliveries go on', async () => {
    const { clock, answer, answered, deliver } = setup(2_000);
    answer('a');
    await clock.advance(30);
    answer('b');
    deliver(0, 20);
    await clock.advance(15);
    expect(answered).toEqual([]);
    await clock.advance(5);
    expect(answered).toEqual(['a']);
    deliver(0, 20);
    await clock.advance(30);
    expect(answered).toEqual(['a', 'b']);
  });

  it('waits for no Provider that is slow by itself', async () => {
    const { clock, answer, answered, deliver } = setup(2_000);
    answer('a');
    deliver(0, 4);
    await clock.advance(50);
    expect(answered).toEqual(['a']);
    answer('b');
    expect(answered).toEqual(['a', 'b']);
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(2_000);
    answer('c');
    expect(answered).toEqual(['a', 'b']);
  });

  it('waits for the others beside a slow one', async () => {
    const { clock, loads, answer, answered, deliver } = setup(2_000, 300);
    answer('a');
    deliver(1, 20);
    await clock.advance(50);
    expect(answered).toEqual(['a']);
    answer('b');
    await clock.advance(5);
    expect(answered).toEqual(['a']);
    deliver(1, 220);
    await clock.advance(5);
    expect(answered).toEqual(['a', 'b']);
    expect(loads.map(({ size }) => size)).toEqual([2_000, 60]);
  });

  it('waits for Providers that each have as little as is always under way', async () => {
    const { clock, loads, answer, answered } = setup(...Array.from({ length: 100 }, () => 4));
    answer('a');
    await clock.advance(45);
    expect(answered).toEqual([]);
    for (const load of loads) load.size = 0;
    await clock.advance(5);
    expect(answered).toEqual(['a']);
  });
});
