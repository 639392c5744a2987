/**
 * Finds keys by what each refers to: the Receivers that name this Secret, the Ingresses that lead to that Service. A key
 * refers to one thing at a time.
 */
export interface KeyIndex {
  /** Has the key refer to `to`, and no longer to what it referred to before; undefined: to nothing. */
  set(key: string, to: string | undefined): void;
  /** The keys that refer to it, as they are now. */
  keysOf(to: string): readonly string[];
  /** Everything that a key refers to. */
  referred(): Iterable<string>;
}

/**
 * ```ts
 * const receivers = createKeyIndex();
 * receivers.set('apps/web', 'apps/token');
 * receivers.keysOf('apps/token'); // ['apps/web']
 * ```
 */
export function createKeyIndex(): KeyIndex {
  const referredBy = new Map<string, string>();
  const keys = new Map<string, Set<string>>();
  return {
    set(key, to) {
      const before = referredBy.get(key);
      if (before === to) return;
      if (before !== undefined) {
        const others = keys.get(before);
        others?.delete(key);
        if (others?.size === 0) keys.delete(before);
      }
      if (to === undefined) {
        referredBy.delete(key);
        return;
      }
      referredBy.set(key, to);
      keys.set(to, (keys.get(to) ?? new Set()).add(key));
    },
    keysOf: (to) => [...(keys.get(to) ?? [])],
    referred: () => keys.keys(),
  };
}
