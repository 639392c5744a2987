/** Limits how often something is done for each of many keys, in any stretch of time of one length. */

export interface RateLimit {
  /** Takes one of a key's turns. @returns 0, or after how many ms there is one. */
  take(key: string): number;
}

export interface RateLimitOptions {
  readonly count: number;
  readonly perMs: number;
  readonly elapsedMs: () => number;
}

export function createRateLimit({ count, perMs, elapsedMs }: RateLimitOptions): RateLimit {
  /** When each key had its last turns, the oldest first. */
  const turns = new Map<string, number[]>();
  return {
    take(key) {
      const nowMs = elapsedMs();
      for (const [other, times] of turns) if ((times.at(-1) ?? 0) <= nowMs - perMs) turns.delete(other);
      const recent = (turns.get(key) ?? []).filter((time) => time > nowMs - perMs);
      const [oldest] = recent;
      if (oldest !== undefined && recent.length >= count) return oldest + perMs - nowMs;
      recent.push(nowMs);
      turns.set(key, recent);
      return 0;
    },
  };
}
