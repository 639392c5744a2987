import { describe, expect, it } from 'vitest';
import { createRequestedAt } from '../../../operator/receivers/requested-at.ts';

describe('requestedAt', () => {
  it('is RFC 3339 in UTC with nanoseconds', () => {
    const next = createRequestedAt(() => 1_700_000_000_123_456_789n);
    expect(next()).toBe('2023-11-14T22:13:20.123456789Z');
  });

  it('is never the same twice, also on a clock that stands still or goes back', () => {
    let now = 1_700_000_000_000_000_005n;
    const next = createRequestedAt(() => now);
    const first = next();
    const second = next();
    now -= 1_000_000_000n;
    const third = next();
    expect(first < second && second < third).toBe(true);
  });

  it('follows the real clock', () => {
    const values = Array.from({ length: 10_000 }, createRequestedAt());
    expect(new Set(values).size).toBe(values.length);
    expect(values).toEqual([...values].sort());
    const shift = Math.abs(Date.parse(`${values[0]?.slice(0, 23)}Z`) - Date.now());
    expect(shift).toBeLessThan(60_000);
  });
});
