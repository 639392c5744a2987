import { expect, test } from 'vitest';
import { retryAfterMs } from '../../../../operator/alerts/send/retry-after.ts';

const NOW_MS = Date.UTC(2027, 2, 4, 5, 6, 7);

test.each([
  [undefined, undefined],
  ['0', 0],
  [' 120 ', 120_000],
  ['Thu, 04 Mar 2027 05:06:37 GMT', 30_000],
  ['Thu, 04 Mar 2027 05:06:00 GMT', 0],
  ['-1', undefined],
  ['soon', undefined],
  ['1.5', undefined],
])('Retry-After: %s is %s ms', (header, waitMs) => {
  expect(retryAfterMs(header, NOW_MS)).toBe(waitMs);
});
