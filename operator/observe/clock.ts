/**
 * Time as the operator's parts see it, so that a test can hand them a clock of its own.
 */

/** What {@link Clock.setTimeout} and {@link Clock.setInterval} give: the way to call it off. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** The wall clock, in ms since 1970: for what is written down and read by others. It may jump. */
  now(): number;
  /** A clock that never jumps, in ms from some start: for how long something took or may take. */
  elapsedMs(): number;
  /**
   * Runs `callback` once, after at least `delayMs` (2,147,483,647 at most; a longer one is cut to that); 0: in the next turn
   * of the event loop.
   */
  setTimeout(callback: () => void, delayMs: number): Timer;
  /** Runs `callback` again and again, `everyMs` apart at least; cut as a delay is. */
  setInterval(callback: () => void, everyMs: number): Timer;
}

/** Node fires a timer at once when its delay does not fit in 31 bits. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The clocks of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsedMs: () => performance.now(),
  setTimeout(callback, delayMs) {
    if (delayMs === 0) {
      // Node makes a timer of 0 ms one of 1 ms.
      const immediate = setImmediate(callback);
      return { cancel: () => clearImmediate(immediate) };
    }
    const timeout = setTimeout(callback, Math.min(Math.max(delayMs, 0), LONGEST_TIMEOUT_MS));
    return { cancel: () => clearTimeout(timeout) };
  },
  setInterval(callback, everyMs) {
    const interval = setInterval(callback, Math.min(everyMs, LONGEST_TIMEOUT_MS));
    return { cancel: () => clearInterval(interval) };
  },
};
