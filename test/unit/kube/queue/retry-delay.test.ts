import { describe, expect, it } from 'vitest';
import { retryDelayMs } from '../../../../operator/kube/queue/retry-delay.ts';

const bounds = { minDelayMs: 750, maxDelayMs: 900_000 };

describe('retryDelayMs', () => {
  it.each([
    [1, 750, 900],
    [2, 1500, 1800],
    [5, 12_000, 14_400],
    [11, 720_000, 900_000],
    [12, 720_000, 900_000],
    [2000, 720_000, 900_000],
  ])('after %d failures is between %d and %d ms', (failures, lowest, highest) => {
    expect(retryDelayMs(failures, bounds, () => 0)).toBe(lowest);
    expect(retryDelayMs(failures, bounds, () => 1)).toBe(highest);
  });

  it('stays within bounds that leave no room', () => {
    expect(retryDelayMs(3, { minDelayMs: 100, maxDelayMs: 100 }, () => 0.5)).toBe(100);
  });
});
