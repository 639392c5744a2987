// How often a sender may be refused, on a clock of the test.
import { describe, expect, it } from 'vitest';
import { createRefusalRate } from '../../../../operator/http/guard/refusal-rate.ts';

function create(options: { perSecond?: number; burst?: number; maxSenders?: number } = {}) {
  let nowMs = 0;
  const rate = createRefusalRate({
    perSecond: 1,
    burst: 3,
    maxSenders: 100,
    ...options,
    clock: { elapsedMs: () => nowMs },
  });
  const refuse = (sender: string, times: number): void => {
    for (let time = 0; time < times; time++) rate.count(sender);
  };
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { rate, refuse, pass };
}

describe('a sender', () => {
  it('is listened to until the burst is used up, and again when the rate has given one back', () => {
    const { rate, refuse, pass } = create();
    refuse('a', 2);
    expect(rate.waitSeconds('a')).toBe(0);
    refuse('a', 1);
    expect(rate.waitSeconds('a')).toBe(1);
    pass(999);
    expect(rate.waitSeconds('a')).toBe(1);
    pass(1);
    expect(rate.waitSeconds('a')).toBe(0);
    refuse('a', 1);
    expect(rate.waitSeconds('a')).toBe(1);
  });

  it('gets no more than the burst back', () => {
    const { rate, refuse, pass } = create();
    refuse('a', 1);
    pass(1_000_000);
    refuse('a', 3);
    expect(rate.waitSeconds('a')).toBe(1);
  });

  it('may have a rate below one a second', () => {
    const { rate, refuse } = create({ perSecond: 0.1, burst: 1 });
    refuse('a', 1);
    expect(rate.waitSeconds('a')).toBe(10);
  });

  it('pays for itself alone', () => {
    const { rate, refuse } = create();
    refuse('a', 10);
    expect(rate.waitSeconds('b')).toBe(0);
  });

  it('is forgotten when too many others were refused since', () => {
    const { rate, refuse } = create({ burst: 1, maxSenders: 2 });
    for (const sender of ['a', 'b', 'a', 'c']) refuse(sender, 1);
    expect(['a', 'b', 'c'].map((sender) => rate.waitSeconds(sender))).toEqual([1, 0, 1]);
  });
});
