/**
 * Keeps the access tokens of all Providers: each as long as it is valid and `--token-cache-max-duration` allows, and no
 * more than `--token-cache-max-size` of them; the one that was used longest ago makes room.
 */

export interface AccessToken {
  readonly token: string;
  /** Ms since 1970. */
  readonly expiresAtMs: number;
}

export interface TokenCache {
  /** @param provider whose hits and misses are counted. */
  of(provider: TokenOwner): ProviderTokens;
  /** The Provider is gone, and its counts with it. */
  forget(provider: TokenOwner): void;
}

export interface TokenOwner {
  readonly namespace: string;
  readonly name: string;
}

/** The tokens of one notifier. */
export interface ProviderTokens {
  /** @param get asked by one caller at a time, with the first one's signal; the others wait for the same. */
  keep(get: (signal: AbortSignal) => Promise<AccessToken>): KeptToken;
  /** Forgets them all. */
  close(): Promise<void>;
}

export interface KeptToken {
  (signal: AbortSignal): Promise<string>;
  /** It is not taken any more: the next one who asks gets another. */
  forget(): void;
}

/** What is counted, by the names of Flux's cache. */
export interface TokenCacheMetrics {
  event(type: 'cache_hit' | 'cache_miss', provider: TokenOwner): void;
  request(status: 'success' | 'failure'): void;
  evicted(): void;
  items(count: number): void;
  /** Drops the counts of a Provider. */
  forget(provider: TokenOwner): void;
}

export interface TokenCacheOptions {
  /** 0: none is kept, and nothing is counted. */
  readonly maxSize: number;
  /** 0: none is kept, and nothing is counted. */
  readonly maxMs: number;
  /** Ms since 1970. */
  readonly nowMs: () => number;
  readonly metrics: TokenCacheMetrics;
}

interface Entry {
  readonly provider: TokenOwner;
  kept: { readonly token: string; readonly untilMs: number } | undefined;
  getting: Promise<string> | undefined;
  closed: boolean;
}

interface State extends TokenCacheOptions {
  /** Those that hold a token, the one used longest ago first. */
  readonly held: Set<Entry>;
}

/** A token is renewed that long before it expires: clocks differ, and what is sent takes its time. */
const EARLY_MS = 120_000;

export function createTokenCache(options: TokenCacheOptions): TokenCache {
  const state: State = { ...options, held: new Set() };
  return {
    of(provider) {
      const entries: Entry[] = [];
      return {
        keep(get) {
          const entry: Entry = { provider, kept: undefined, getting: undefined, closed: false };
          entries.push(entry);
          return Object.assign((signal: AbortSignal) => tokenOf(state, entry, () => get(signal)), {
            forget: () => forget(state, entry),
          });
        },
        async close() {
          for (const entry of entries) {
            entry.closed = true;
            forget(state, entry);
          }
        },
      };
    },
    forget: options.metrics.forget,
  };
}

function isCaching({ maxSize, maxMs }: State): boolean {
  return maxSize > 0 && maxMs > 0;
}

async function tokenOf(state: State, entry: Entry, get: () => Promise<AccessToken>): Promise<string> {
  const { nowMs, metrics, held } = state;
  const { kept } = entry;
  if (kept !== undefined && nowMs() < kept.untilMs) {
    held.delete(entry);
    held.add(entry);
    metrics.event('cache_hit', entry.provider);
    metrics.request('success');
    return kept.token;
  }
  if (isCaching(state)) metrics.event('cache_miss', entry.provider);
  entry.getting ??= renew(state, entry, get).finally(() => {
    entry.getting = undefined;
  });
  return entry.getting;
}

async function renew(state: State, entry: Entry, get: () => Promise<AccessToken>): Promise<string> {
  if (!isCaching(state)) return (await get()).token;
  const { maxMs, nowMs, metrics } = state;
  try {
    const { token, expiresAtMs } = await get();
    hold(state, entry, { token, untilMs: Math.min(expiresAtMs - EARLY_MS, nowMs() + maxMs) });
    metrics.request('success');
    return token;
  } catch (error) {
    metrics.request('failure');
    throw error;
  }
}

function hold({ held, maxSize, nowMs, metrics }: State, entry: Entry, kept: NonNullable<Entry['kept']>): void {
  if (entry.closed || kept.untilMs <= nowMs()) return;
  entry.kept = kept;
  held.delete(entry);
  held.add(entry);
  const [oldest] = held;
  if (held.size > maxSize && oldest !== undefined) {
    oldest.kept = undefined;
    held.delete(oldest);
    metrics.evicted();
  }
  metrics.items(held.size);
}

function forget({ held, metrics }: State, entry: Entry): void {
  entry.kept = undefined;
  if (held.delete(entry)) metrics.items(held.size);
}
