import { describe, expect, it } from 'vitest';
import { microTime, secondTime } from '../../../operator/kube/micro-time.ts';

describe('times in objects', () => {
  it.each([
    [Date.UTC(2026, 0, 2, 15, 4, 5), '2026-01-02T15:04:05.000000Z', '2026-01-02T15:04:05Z'],
    [Date.UTC(2026, 11, 31, 23, 59, 59, 999), '2026-12-31T23:59:59.999000Z', '2026-12-31T23:59:59Z'],
    [Date.UTC(2026, 0, 2, 15, 4, 5, 7) + 0.5, '2026-01-02T15:04:05.007000Z', '2026-01-02T15:04:05Z'],
  ])('%d is %s and %s', (epochMs, micro, second) => {
    expect(microTime(epochMs)).toBe(micro);
    expect(secondTime(epochMs)).toBe(second);
  });
});
