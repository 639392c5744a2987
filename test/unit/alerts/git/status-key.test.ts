import { expect, test } from 'vitest';
import { statusKey } from '../../../../operator/alerts/git/status-key.ts';

test.each([
  ['', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ['abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
])('the key of "%s"', (id, key) => expect(statusKey(id)).toBe(key));
