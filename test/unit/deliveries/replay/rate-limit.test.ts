/** How often something may be done for one key, in any stretch of time. */
import { expect, it } from 'vitest';
import { createRateLimit } from '../../../../operator/deliveries/replay/rate-limit.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

it('gives each key its turns in any stretch of time, and says when the next one comes', async () => {
  const clock = createManualClock();
  const limit = createRateLimit({ count: 3, perMs: 60_000, elapsedMs: clock.elapsedMs });
  expect([limit.take('a'), limit.take('a')]).toEqual([0, 0]);
  await clock.advance(59_000);
  expect([limit.take('a'), limit.take('a'), limit.take('b')]).toEqual([0, 1_000, 0]);
  await clock.advance(1_000);
  expect([limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([0, 0, 59_000]);
  await clock.advance(59_000);
  expect([limit.take('a'), limit.take('a')]).toEqual([0, 1_000]);
});
