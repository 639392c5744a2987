/**
 * What was fetched from elsewhere, kept for a while. Those that ask at the same time share one fetch, a failure is kept
 * for a moment so that a dead issuer is not asked for every webhook, and the number of entries is bounded.
 */
export interface RemoteCache<T> {
  /** The value of `url`, fetched where it is missing or too old. Throws what the fetch throws. */
  get(url: string): Promise<T>;
  /** Fetches again, because what is kept did not do. Undefined when the last fetch was only just now. */
  refresh(url: string): Promise<T | undefined>;
}

export interface RemoteCacheOptions<T> {
  load(url: string): Promise<T>;
  readonly maxAgeMs: number;
  /** Between two fetches of the same URL while a value is kept. */
  readonly minRefreshMs: number;
  /** How long a failure is kept. */
  readonly holdFailureMs: number;
  readonly maxEntries: number;
  /** Milliseconds; only differences count. */
  now(): number;
}

interface Entry<T> {
  fetched: { readonly value: T; readonly atMs: number } | undefined;
  failed: { readonly error: unknown; readonly atMs: number } | undefined;
  startedAtMs: number;
  underWay: Promise<T> | undefined;
}

export function createRemoteCache<T>(options: RemoteCacheOptions<T>): RemoteCache<T> {
  const entries = new Map<string, Entry<T>>();

  /** The entry, moved to the end: the map's order is that of use. */
  function use(url: string): Entry<T> {
    const entry = entries.get(url) ?? { fetched: undefined, failed: undefined, startedAtMs: 0, underWay: undefined };
    entries.delete(url);
    entries.set(url, entry);
    const [oldest] = entries.keys();
    if (entries.size > options.maxEntries && oldest !== undefined) entries.delete(oldest);
    return entry;
  }

  async function run(url: string, entry: Entry<T>): Promise<T> {
    try {
      const value = await options.load(url);
      entry.fetched = { value, atMs: options.now() };
      entry.failed = undefined;
      return value;
    } catch (error) {
      entry.failed = { error, atMs: options.now() };
      throw error;
    }
  }

  function fetch(url: string, entry: Entry<T>): Promise<T> {
    if (entry.underWay === undefined) {
      entry.startedAtMs = options.now();
      entry.underWay = run(url, entry).finally(() => {
        entry.underWay = undefined;
      });
    }
    return entry.underWay;
  }

  return {
    async get(url) {
      const entry = use(url);
      const { fetched, failed } = entry;
      const nowMs = options.now();
      if (fetched !== undefined && nowMs - fetched.atMs < options.maxAgeMs) return fetched.value;
      if (failed !== undefined && nowMs - failed.atMs < options.holdFailureMs) throw failed.error;
      return fetch(url, entry);
    },
    async refresh(url) {
      const entry = use(url);
      const since = options.now() - entry.startedAtMs;
      if (entry.underWay === undefined && entry.fetched !== undefined && since < options.minRefreshMs) return undefined;
      return fetch(url, entry);
    },
  };
}
