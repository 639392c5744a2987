import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPacedKeys, type PacedKeys } from '../../../../operator/kube/queue/paced-keys.ts';
import { systemClock } from '../../../../operator/observe/clock.ts';

let passed: string[];
let paced: PacedKeys;

beforeEach(() => {
  vi.useFakeTimers();
  passed = [];
  paced = createPacedKeys({ clock: systemClock, batch: 2, everyMs: 100, onKey: (key) => passed.push(key) });
});
afterEach(() => {
  paced.stop();
  vi.useRealTimers();
});

describe('keys at a pace', () => {
  it('are passed on in their order, so many per interval', () => {
    paced.add(['a', 'b', 'c', 'd', 'e']);
    expect(passed).toEqual(['a', 'b']);
    vi.advanceTimersByTime(100);
    expect(passed).toEqual(['a', 'b', 'c', 'd']);
    vi.advanceTimersByTime(100);
    expect(passed).toEqual(['a', 'b', 'c', 'd', 'e']);
    vi.advanceTimersByTime(100);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are passed on once, however often they are added before their turn', () => {
    paced.add(['a', 'b', 'c']);
    paced.add(['c']);
    paced.add(['a']);
    vi.advanceTimersByTime(1_000);
    expect(passed).toEqual(['a', 'b', 'c', 'a']);
  });

  it('do not come faster for being added one by one', () => {
    for (const key of ['a', 'b', 'c', 'd']) paced.add([key]);
    expect(passed).toEqual(['a']);
    vi.advanceTimersByTime(100);
    expect(passed).toEqual(['a', 'b', 'c']);
  });

  it('are forgotten at the end', () => {
    paced.add(['a', 'b', 'c']);
    paced.stop();
    vi.advanceTimersByTime(1_000);
    expect(passed).toEqual(['a', 'b']);
  });
});
