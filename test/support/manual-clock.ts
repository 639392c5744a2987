/**
 * A clock that stands still until a test moves it.
 */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../operator/observe/clock.ts';

export interface ManualClock extends Clock {
  /** Moves time on, running what becomes due in its order, each with all that follows from it at once. */
  advance(ms: number): Promise<void>;
  /** Timers that are set and not yet due. */
  readonly pendingTimers: number;
}

interface PendingTimer {
  dueMs: number;
  /** Undefined: it runs once. */
  readonly everyMs: number | undefined;
  readonly callback: () => void;
}

/** Begins at `epochMs` (ms since 1970). */
export function createManualClock(epochMs = Date.UTC(2026, 0, 2, 15, 4, 5)): ManualClock {
  let elapsedMs = 0;
  const pending = new Set<PendingTimer>();
  const start = (callback: () => void, delayMs: number, everyMs: number | undefined) => {
    const timer: PendingTimer = { dueMs: elapsedMs + delayMs, everyMs, callback };
    pending.add(timer);
    return { cancel: () => void pending.delete(timer) };
  };
  return {
    now: () => epochMs + elapsedMs,
    elapsedMs: () => elapsedMs,
    setTimeout: (callback, delayMs) => start(callback, delayMs, undefined),
    setInterval: (callback, everyMs) => start(callback, everyMs, everyMs),
    async advance(ms) {
      const untilMs = elapsedMs + ms;
      await settle();
      for (let next = earliest(pending, untilMs); next !== undefined; next = earliest(pending, untilMs)) {
        elapsedMs = Math.max(elapsedMs, next.dueMs);
        if (next.everyMs === undefined) pending.delete(next);
        else next.dueMs += next.everyMs;
        next.callback();
        await settle();
      }
      elapsedMs = untilMs;
    },
    get pendingTimers() {
      return pending.size;
    },
  };
}

function earliest(pending: ReadonlySet<PendingTimer>, untilMs: number): PendingTimer | undefined {
  return [...pending].filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];
}

/** A few turns of the event loop: enough for promises and immediates that hang on each other. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await setImmediate();
}
