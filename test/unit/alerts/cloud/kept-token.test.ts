import { expect, test } from 'vitest';
import { keptToken } from '../../../../operator/alerts/cloud/kept-token.ts';

const HOUR_MS = 3_600_000;

/** Counts what is asked for; each token is valid for an hour. */
function source(maxMs: number) {
  const clock = { nowMs: 1_000_000 };
  let count = 0;
  const get = async () => ({ token: `token-${++count}`, expiresAtMs: clock.nowMs + HOUR_MS });
  return { clock, token: keptToken(get, maxMs, () => clock.nowMs) };
}

test('a token is kept until shortly before it expires', async () => {
  const { clock, token } = source(2 * HOUR_MS);
  expect(await token()).toBe('token-1');
  clock.nowMs += HOUR_MS - 60_001;
  expect(await token()).toBe('token-1');
  clock.nowMs += 1;
  expect(await token()).toBe('token-2');
});

test('no token is kept longer than is allowed, and with 0 none is', async () => {
  const { clock, token } = source(1_000);
  await token();
  clock.nowMs += 999;
  expect(await token()).toBe('token-1');
  clock.nowMs += 1;
  expect(await token()).toBe('token-2');
  const none = source(0);
  expect([await none.token(), await none.token()]).toEqual(['token-1', 'token-2']);
});

test('those who ask at once get the same, and a failure is not kept', async () => {
  const { token } = source(HOUR_MS);
  expect(await Promise.all([token(), token()])).toEqual(['token-1', 'token-1']);
  let fails = true;
  const flaky = keptToken(async () => {
    if (fails) throw new Error('away');
    return { token: 'found', expiresAtMs: Number.POSITIVE_INFINITY };
  }, HOUR_MS);
  await expect(flaky()).rejects.toThrow('away');
  fails = false;
  expect(await flaky()).toBe('found');
});
