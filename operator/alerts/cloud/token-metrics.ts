/** The metrics of the token cache, by Flux's names. */
import { Counter, Gauge, type Registry } from 'prom-client';
import { PROVIDER_KIND } from '../../api/provider/provider.ts';
import type { TokenCacheMetrics, TokenOwner } from './token-cache.ts';

/** What a token is for; Flux's other controllers have others. */
const OPERATION = 'post';
const EVENTS = ['cache_hit', 'cache_miss'] as const;

/** @param perObject whether each Provider has series of its own. */
export function createTokenMetrics(registry: Registry, perObject: boolean): TokenCacheMetrics {
  const registers = [registry];
  const ofProvider = perObject ? (['name', 'namespace'] as const) : [];
  const labels = ({ name, namespace }: TokenOwner) => ({
    kind: PROVIDER_KIND,
    operation: OPERATION,
    ...(perObject && { name, namespace }),
  });
  const events = new Counter({
    name: 'gotk_token_cache_events_total',
    help: 'How often an access token was found in the cache (cache_hit) or not (cache_miss)',
    labelNames: ['event_type', 'kind', 'operation', ...ofProvider],
    registers,
  });
  const requests = new Counter({
    name: 'gotk_token_cache_requests_total',
    help: 'Requests to the cache of access tokens: success, or failure to get a new token',
    labelNames: ['status'],
    registers,
  });
  const evictions = new Counter({
    name: 'gotk_token_cache_evictions_total',
    help: 'Access tokens that made room for others in the cache',
    registers,
  });
  const items = new Gauge({
    name: 'gotk_token_cached_items',
    help: 'Access tokens in the cache',
    registers,
  });
  return {
    event: (type, provider) => events.inc({ event_type: type, ...labels(provider) }),
    request: (status) => requests.inc({ status }),
    evicted: () => evictions.inc(),
    items: (count) => items.set(count),
    forget(provider) {
      if (!perObject) return;
      for (const type of EVENTS) events.remove({ event_type: type, ...labels(provider) });
    },
  };
}
