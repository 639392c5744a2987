import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../operator/api/meta.ts';
import { removeCondition, setCondition } from '../../../operator/kube/conditions.ts';

const ready: Condition = {
  type: 'Ready',
  status: 'True',
  reason: 'Succeeded',
  message: 'fine',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  observedGeneration: 1,
};
const stalled: Condition = { ...ready, type: 'Stalled' };
const NOW = Date.UTC(2026, 5, 7, 8, 9, 10, 999);

describe('setCondition', () => {
  it('adds a condition with the time of now, in whole seconds', () => {
    const { lastTransitionTime: _, ...observed } = ready;
    expect(setCondition(undefined, observed, NOW)).toEqual([{ ...ready, lastTransitionTime: '2026-06-07T08:09:10Z' }]);
  });

  it('keeps the time of the last transition while the status stays the same', () => {
    const observed = {
      type: 'Ready',
      status: 'True',
      reason: 'Other',
      message: 'other',
      observedGeneration: 2,
    } as const;
    expect(setCondition([stalled, ready], observed, NOW)).toEqual([
      stalled,
      { ...observed, lastTransitionTime: ready.lastTransitionTime },
    ]);
  });

  it('moves the time when the status changes, and leaves the condition in its place', () => {
    const observed = { type: 'Ready', status: 'False', reason: 'Failed', message: 'broken' } as const;
    expect(setCondition([ready, stalled], observed, NOW)).toEqual([
      { ...observed, lastTransitionTime: '2026-06-07T08:09:10Z' },
      stalled,
    ]);
  });

  it('changes neither the list nor the conditions it was given', () => {
    const given = [ready];
    setCondition(given, { ...ready, status: 'False' }, NOW);
    expect(given).toEqual([ready]);
    expect(ready.status).toBe('True');
  });

  it('cuts a message that the API server would refuse for its length', () => {
    const [condition] = setCondition([], { ...ready, message: 'x'.repeat(40_000) }, NOW);
    expect(condition?.message).toHaveLength(32_768);
    expect(condition?.message.endsWith('x…')).toBe(true);
  });
});

describe('removeCondition', () => {
  it('takes out the condition of that type only', () => {
    expect(removeCondition([ready, stalled], 'Stalled')).toEqual([ready]);
  });

  it('makes an empty list of none', () => {
    expect(removeCondition(undefined, 'Stalled')).toEqual([]);
  });
});
