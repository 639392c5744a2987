import { describe, expect, it } from 'vitest';
import { createEventBudget } from '../../../../operator/kube/events/event-budget.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const MINUTE = 60_000;

describe('createEventBudget', () => {
  it('gives an object 25 at once, then one every five minutes, and the others their own', async () => {
    const clock = createManualClock();
    const budget = createEventBudget(clock);
    const takeMany = (object: string) => Array.from({ length: 40 }, () => budget.take(object)).filter(Boolean).length;
    expect(takeMany('a')).toBe(25);
    expect(takeMany('b')).toBe(25);
    await clock.advance(4 * MINUTE);
    expect(takeMany('a')).toBe(0);
    await clock.advance(MINUTE);
    expect(takeMany('a')).toBe(1);
    await clock.advance(12 * MINUTE);
    expect(takeMany('a')).toBe(2);
    await clock.advance(3 * MINUTE);
    expect(takeMany('a')).toBe(1);
    await clock.advance(1000 * MINUTE);
    expect(takeMany('a')).toBe(25);
  });
});
