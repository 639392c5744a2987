// Collections when the process comes to rest.
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { collectAtRest, thisProcess } from '../../../operator/observe/collect-at-rest.ts';

const LOOK_MS = 5_000;

/** A process that is as busy as the test says; time passes look by look. */
function start(pauseMs: number) {
  let nowMs = 0;
  let share = 0;
  let collections = 0;
  let look = (): void => undefined;
  const activity = {
    nowMs: () => nowMs,
    utilization() {
      const last = share;
      share = 0;
      return last;
    },
    every(periodMs: number, callback: () => void) {
      expect(periodMs).toBe(LOOK_MS);
      look = callback;
    },
  };
  const collect = (): void => {
    collections++;
    // It keeps the event loop busy itself.
    share = 1;
  };
  collectAtRest(collect, { lookEveryMs: LOOK_MS, pauseMs }, activity);
  return {
    /** Lets that many looks pass, each after the event loop was busy for that share. @returns the collections so far. */
    pass(looks: number, busy = 0): number {
      for (let one = 0; one < looks; one++) {
        nowMs += LOOK_MS;
        share = Math.max(share, busy);
        look();
      }
      return collections;
    },
  };
}

it('collects once each time that work was followed by rest', () => {
  const { pass } = start(0);
  expect(pass(1)).toBe(0);
  expect(pass(1)).toBe(1);
  expect(pass(20)).toBe(1);
  expect(pass(4, 0.5)).toBe(1);
  expect(pass(1)).toBe(1);
  expect(pass(1)).toBe(2);
  expect(pass(20)).toBe(2);
});

it('does not take a little work for rest', () => {
  expect(start(0).pass(20, 0.05)).toBe(0);
  expect(start(0).pass(2, 0.049)).toBe(1);
});

it('leaves a pause between two', () => {
  const { pass } = start(60_000);
  expect(pass(2)).toBe(1);
  expect(pass(1, 1)).toBe(1);
  expect(pass(10)).toBe(1);
  expect(pass(1)).toBe(2);
});

it('reads how busy the event loop was since it was read last', async () => {
  const activity = thisProcess();
  // The loop counts as running from its first turn.
  await setImmediate();
  activity.utilization();
  const untilMs = activity.nowMs() + 20;
  while (activity.nowMs() < untilMs);
  await setImmediate();
  expect(activity.utilization()).toBeGreaterThan(0.5);
});
