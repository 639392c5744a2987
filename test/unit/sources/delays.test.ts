import { expect, it } from 'vitest';
import { awayDelayMs, connectDelayMs, failingDelayMs } from '../../../operator/sources/delays.ts';

it.each([
  ['after a failure', (count: number) => failingDelayMs(count), [1_000, 5_000, 30_000, 120_000, 300_000, 300_000]],
  [
    'while the API server is away',
    (count: number) => awayDelayMs(count, () => 0.5),
    [100, 200, 400, 800, 1_600, 2_000],
  ],
  [
    'before the next call to a broker',
    (count: number) => connectDelayMs(count, () => 0),
    [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000],
  ],
  [
    'with jitter downwards alone',
    (count: number) => connectDelayMs(count, () => 1),
    [800, 1_600, 3_200, 6_400, 12_800, 25_600, 48_000],
  ],
])('%s', (_name, delayMs, delays) => {
  expect(delays.map((_, index) => delayMs(index + 1))).toEqual(delays);
});
