import { expect, it } from 'vitest';
import { createAttemptCounts } from '../../../operator/sources/attempt-counts.ts';

it('remembers the newest, and forgets what it is asked to', () => {
  const counts = createAttemptCounts(2);
  counts.set('a', 1);
  counts.set('b', 1);
  counts.set('a', 2);
  counts.set('c', 1);
  expect(['a', 'b', 'c'].map(counts.of)).toEqual([2, 0, 1]);
  counts.forget('a');
  expect(counts.of('a')).toBe(0);
});
