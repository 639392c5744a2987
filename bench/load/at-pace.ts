import { setTimeout as sleep } from 'node:timers/promises';

/** Begins `one` so often, evenly spaced, whether those before have ended or not; done when all have. */
export async function atPace(perSecond: number, seconds: number, one: (index: number) => Promise<void>): Promise<void> {
  const begunMs = performance.now();
  const count = Math.round(seconds * perSecond);
  const underWay: Promise<void>[] = [];
  for (let index = 0; index < count; index++) {
    await sleep(Math.max(0, begunMs + (index * 1000) / perSecond - performance.now()));
    underWay.push(one(index));
  }
  await Promise.all(underWay);
}
