// Collections when the process comes to rest.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { collectAtRest } from '../../../operator/observe/collect-at-rest.ts';

const LOOK_MS = 40;

/** Has the event loop busy through at least one whole look. */
async function work(): Promise<void> {
  for (let round = 0; round < 4; round++) {
    const untilMs = performance.now() + LOOK_MS;
    while (performance.now() < untilMs);
    await sleep(0);
  }
}

it('collects once each time that work was followed by rest', async () => {
  let collections = 0;
  collectAtRest(() => void collections++, { lookEveryMs: LOOK_MS, pauseMs: 0 });
  await expect.poll(() => collections, { timeout: 5_000 }).toBe(1);
  await sleep(LOOK_MS * 5);
  expect(collections).toBe(1);
  await work();
  await expect.poll(() => collections, { timeout: 5_000 }).toBe(2);
});

it('leaves a pause between two', async () => {
  let collections = 0;
  collectAtRest(() => void collections++, { lookEveryMs: LOOK_MS, pauseMs: 60_000 });
  await expect.poll(() => collections, { timeout: 5_000 }).toBe(1);
  await work();
  await sleep(LOOK_MS * 5);
  expect(collections).toBe(1);
});
