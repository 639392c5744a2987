/**
 * How long to wait before the next attempt.
 */

export interface RetryBounds {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
}

/** The share of a delay that is left to chance, so that what failed together does not come back together. */
const JITTER = 0.2;

/**
 * The delay after that many failures in a row (1 and up): doubled each time, within the bounds, with jitter that stays
 * within them too. `random` gives a number from 0 up to 1.
 */
export function retryDelayMs(failures: number, bounds: RetryBounds, random: () => number = Math.random): number {
  const { minDelayMs, maxDelayMs } = bounds;
  const planned = Math.min(minDelayMs * 2 ** (failures - 1), maxDelayMs);
  const lowest = Math.max(minDelayMs, Math.min(planned, maxDelayMs * (1 - JITTER)));
  const highest = Math.min(planned * (1 + JITTER), maxDelayMs);
  return lowest + random() * Math.max(0, highest - lowest);
}
