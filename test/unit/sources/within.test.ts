import { expect, it } from 'vitest';
import { within } from '../../../operator/sources/within.ts';
import { createManualClock } from '../../support/manual-clock.ts';

it('gives what comes in time, and leaves no timer', async () => {
  const clock = createManualClock();
  expect(await within({ clock, ms: 10 }, Promise.resolve(1), () => 2)).toBe(1);
  await expect(within({ clock, ms: 10 }, Promise.reject(new Error('no')), () => 2)).rejects.toThrow('no');
  expect(clock.pendingTimers).toBe(0);
});

it('gives or throws what is said for too late, and a later failure is nobody’s', async () => {
  const clock = createManualClock();
  const slow = Promise.withResolvers<number>();
  const late = within({ clock, ms: 10 }, slow.promise, () => 2);
  const failing = expect(
    within({ clock, ms: 10 }, slow.promise, () => {
      throw new Error('late');
    }),
  ).rejects.toThrow('late');
  await clock.advance(10);
  expect(await late).toBe(2);
  await failing;
  slow.reject(new Error('later'));
  await clock.advance(0);
});
