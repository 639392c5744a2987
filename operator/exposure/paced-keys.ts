/** Passes on keys at a steady pace, each once however often it is added before its turn. */
export interface PacedKeys {
  add(keys: Iterable<string>): void;
  stop(): void;
}

export interface PacedKeysOptions {
  /** Keys per interval. */
  readonly batch: number;
  /** The interval. */
  readonly everyMs: number;
  onKey(key: string): void;
}

export function createPacedKeys({ batch, everyMs, onKey }: PacedKeysOptions): PacedKeys {
  const waiting = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  function go(): void {
    timer = undefined;
    if (waiting.size === 0) return;
    let left = batch;
    for (const key of waiting) {
      if (left === 0) break;
      left -= 1;
      waiting.delete(key);
      onKey(key);
    }
    // Also when no key is left: the next one must not come sooner.
    timer = setTimeout(go, everyMs);
  }

  return {
    add(keys) {
      for (const key of keys) waiting.add(key);
      if (timer === undefined) go();
    },
    stop() {
      clearTimeout(timer);
      waiting.clear();
    },
  };
}
