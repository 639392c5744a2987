import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createTokenCache, type ProviderTokens } from '../../../../operator/alerts/cloud/token-cache.ts';
import { createTokenMetrics } from '../../../../operator/alerts/cloud/token-metrics.ts';

const HOUR_MS = 3_600_000;
const SIGNAL = new AbortController().signal;
const PROVIDER = { namespace: 'payments', name: 'topic' };

function cacheOf({ maxMs = 2 * HOUR_MS, maxSize = 100, perObject = false } = {}) {
  const clock = { nowMs: 1_000_000 };
  const registry = new Registry();
  const metrics = createTokenMetrics(registry, perObject);
  const cache = createTokenCache({ maxSize, maxMs, nowMs: () => clock.nowMs, metrics });
  let count = 0;
  /** Counts what is asked for; each token is valid for an hour. */
  const get = async () => ({ token: `token-${++count}`, expiresAtMs: clock.nowMs + HOUR_MS });
  const keep = (tokens: ProviderTokens = cache.of(PROVIDER)) => {
    const token = tokens.keep(get);
    return Object.assign(() => token(SIGNAL), { forget: token.forget });
  };
  return { cache, clock, keep, shown: () => samplesOf(registry) };
}

/** The series that count something, without what all names begin with. */
async function samplesOf(registry: Registry): Promise<string[]> {
  const lines = (await registry.metrics()).split('\n');
  return lines
    .filter((line) => /^[^#].* [^0]\d*$/.test(line))
    .map((line) => line.replace('gotk_token_', ''))
    .sort();
}

test('a token is kept until two minutes before it expires', async () => {
  const { clock, keep } = cacheOf();
  const token = keep();
  expect(await token()).toBe('token-1');
  clock.nowMs += HOUR_MS - 120_001;
  expect(await token()).toBe('token-1');
  clock.nowMs += 1;
  expect(await token()).toBe('token-2');
});

test.each([
  ['as long as is allowed', { maxMs: 1_000 }, 'token-1'],
  ['not, if tokens may be kept no time', { maxMs: 0 }, 'token-2'],
  ['not, if no tokens may be kept', { maxSize: 0 }, 'token-2'],
])('a token is kept %s', async (_what, options, second) => {
  const { clock, keep } = cacheOf(options);
  const token = keep();
  await token();
  clock.nowMs += 999;
  expect(await token()).toBe(second);
  clock.nowMs += 1;
  expect(await token()).not.toBe('token-1');
});

test('those who ask at once get the same, and a failure is not kept', async () => {
  const { cache, keep, shown } = cacheOf();
  const token = keep();
  expect(await Promise.all([token(), token()])).toEqual(['token-1', 'token-1']);
  let fails = true;
  const flaky = cache.of(PROVIDER).keep(async () => {
    if (fails) throw new Error('away');
    return { token: 'found', expiresAtMs: Number.POSITIVE_INFINITY };
  });
  await expect(flaky(SIGNAL)).rejects.toThrow('away');
  fails = false;
  expect(await flaky(SIGNAL)).toBe('found');
  expect(await shown()).toContain('cache_requests_total{status="failure"} 1');
});

test('the token that was used longest ago makes room', async () => {
  const { keep, shown } = cacheOf({ maxSize: 2 });
  const [one, two, three] = [keep(), keep(), keep()];
  expect([await one(), await two(), await one(), await three()]).toEqual(['token-1', 'token-2', 'token-1', 'token-3']);
  expect([await one(), await two()]).toEqual(['token-1', 'token-4']);
  expect(await shown()).toEqual([
    'cache_events_total{event_type="cache_hit",kind="Provider",operation="post"} 2',
    'cache_events_total{event_type="cache_miss",kind="Provider",operation="post"} 4',
    'cache_evictions_total 2',
    'cache_requests_total{status="success"} 6',
    'cached_items 2',
  ]);
});

test('a token that is not taken any more is forgotten, and all of a Provider that goes', async () => {
  const { cache, keep, shown } = cacheOf({ perObject: true });
  const tokens = cache.of(PROVIDER);
  const token = keep(tokens);
  await token();
  token.forget();
  expect(await token()).toBe('token-2');
  expect(await shown()).toEqual([
    'cache_events_total{event_type="cache_miss",kind="Provider",operation="post",name="topic",namespace="payments"} 2',
    'cache_requests_total{status="success"} 2',
    'cached_items 1',
  ]);
  await tokens.close();
  cache.forget(PROVIDER);
  expect(await shown()).toEqual(['cache_requests_total{status="success"} 2']);
  await token();
  expect(await shown()).not.toContain('cached_items 1');
});
