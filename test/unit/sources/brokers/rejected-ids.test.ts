import { expect, test } from 'vitest';
import { createRejectedIds } from '../../../../operator/sources/brokers/rejected-ids.ts';

test('what was rejected last is known', () => {
  const ids = createRejectedIds(2);
  for (const id of ['a', 'b', 'a', 'c']) ids.add(id);
  expect(['a', 'b', 'c'].map(ids.has)).toEqual([true, false, true]);
});
