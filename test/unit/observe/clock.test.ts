import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../operator/observe/clock.ts';

describe('systemClock', () => {
  it('runs a callback after its delay, and never one that was cancelled', async () => {
    const seen: string[] = [];
    systemClock.setTimeout(() => void seen.push('kept'), 5);
    systemClock.setTimeout(() => void seen.push('cancelled'), 5).cancel();
    const startedMs = systemClock.elapsedMs();
    await sleep(30);
    expect(seen).toEqual(['kept']);
    expect(systemClock.elapsedMs()).toBeGreaterThan(startedMs);
  });

  it('runs a callback again and again until that is called off', async () => {
    let runs = 0;
    await new Promise<void>((resolve) => {
      const timer = systemClock.setInterval(() => {
        runs += 1;
        if (runs < 3) return;
        timer.cancel();
        resolve();
      }, 1);
    });
    await sleep(20);
    expect(runs).toBe(3);
  });

  it.each([[2 ** 31], [2 ** 40], [Infinity]])('does not run what is due in %d ms at once', async (delayMs) => {
    let runs = 0;
    const run = () => {
      runs += 1;
    };
    const timers = [systemClock.setTimeout(run, delayMs), systemClock.setInterval(run, delayMs)];
    await sleep(20);
    for (const timer of timers) timer.cancel();
    expect(runs).toBe(0);
  });
});
