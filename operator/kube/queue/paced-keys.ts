/** Passes on keys at a steady pace, each once however often it is added before its turn. */
import type { Clock, Timer } from '../../observe/clock.ts';

export interface PacedKeys {
  add(keys: Iterable<string>): void;
  stop(): void;
}

export interface PacedKeysOptions {
  /** Keys per interval. */
  readonly batch: number;
  /** The interval. */
  readonly everyMs: number;
  readonly clock: Pick<Clock, 'setTimeout'>;
  onKey(key: string): void;
}

interface State {
  readonly options: PacedKeysOptions;
  readonly waiting: Set<string>;
  timer: Timer | undefined;
}

export function createPacedKeys(options: PacedKeysOptions): PacedKeys {
  const state: State = { options, waiting: new Set(), timer: undefined };
  return {
    add(keys) {
      for (const key of keys) state.waiting.add(key);
      if (state.timer === undefined) passOn(state);
    },
    stop() {
      state.timer?.cancel();
      state.waiting.clear();
    },
  };
}

function passOn(state: State): void {
  const { options, waiting } = state;
  state.timer = undefined;
  if (waiting.size === 0) return;
  let left = options.batch;
  for (const key of waiting) {
    if (left === 0) break;
    left -= 1;
    waiting.delete(key);
    options.onKey(key);
  }
  // Also when no key is left: the next one must not come sooner.
  state.timer = options.clock.setTimeout(() => passOn(state), options.everyMs);
}
