import { expect, test } from 'vitest';
import { accessToken } from '../../../../operator/alerts/git/access-token.ts';

test.each([
  ['the token', 'tok', 'pass', 'tok'],
  ['the password where there is no token', '', 'pass', 'pass'],
  ['nothing', '', '', ''],
])('%s', (_name, token, password, expected) => expect(accessToken({ token, password })).toBe(expected));
