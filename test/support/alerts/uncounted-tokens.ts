import {
  createTokenCache,
  type TokenCache,
  type TokenCacheMetrics,
} from '../../../operator/alerts/cloud/token-cache.ts';

const METRICS: TokenCacheMetrics = { event() {}, request() {}, evicted() {}, items() {}, forget() {} };

/** A cache of tokens that nobody counts. */
export function uncountedTokens(nowMs: () => number = Date.now): TokenCache {
  return createTokenCache({ maxSize: 100, maxMs: 3_600_000, nowMs, metrics: METRICS });
}
