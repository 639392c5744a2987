import { describe, expect, it } from 'vitest';
import { intervalMs } from '../../../../operator/api/receiver/receiver.ts';

describe('the interval of a Receiver', () => {
  it.each([
    [{ interval: '1h30m' }, 5_400_000],
    [{ interval: '4.35m' }, 261_000],
    [{ interval: '0.5ms' }, 0.5],
    [{}, 600_000],
    [{ interval: '0s' }, 600_000],
    [{ interval: '9999999999h' }, 600_000],
    [{ interval: 'nonsense' }, 600_000],
  ])('%j', (spec, ms) => {
    expect(intervalMs(spec)).toBe(ms);
  });
});
