import { describe, expect, it } from 'vitest';
import { goDuration, intervalMs } from '../../../operator/receivers/interval.ts';

describe('intervals', () => {
  it.each([
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
    ['300ms', 300],
    ['1h2m3s4ms', 3_723_004],
    [undefined, 600_000],
    ['0s', 600_000],
    ['nonsense', 600_000],
  ])('reads %s', (text, ms) => {
    expect(intervalMs(text)).toBe(ms);
  });

  it.each([
    [600_000, '10m0s'],
    [3_600_000, '1h0m0s'],
    [5_400_000, '1h30m0s'],
    [45_000, '45s'],
    [1_500, '1.5s'],
    [300, '300ms'],
  ])('shows %d ms as Go does', (ms, text) => {
    expect(goDuration(ms)).toBe(text);
  });
});
