/**
 * A collection when the process comes to rest. Memory that a start or a burst took goes back to the system only with
 * one, and by itself V8 makes none as long as nothing is asked for.
 */
import { performance } from 'node:perf_hooks';

export interface RestTimes {
  readonly lookEveryMs: number;
  /** Between two collections at least. */
  readonly pauseMs: number;
}

const TIMES: RestTimes = { lookEveryMs: 5_000, pauseMs: 60_000 };
/** The share of a look's time in which the event loop had something to do; with less the process is at rest. */
const REST_UTILIZATION = 0.05;
/** Right after work V8 keeps room for more of it. */
const LOOKS_AT_REST = 2;

/** Ends with the process. */
export function collectAtRest(collect: () => void, { lookEveryMs, pauseMs } = TIMES): void {
  let seen = performance.eventLoopUtilization();
  let looksToGo = LOOKS_AT_REST;
  let notBeforeMs = 0;
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, seen);
    seen = now;
    if (utilization >= REST_UTILIZATION) looksToGo = LOOKS_AT_REST;
    else if (looksToGo > 1) looksToGo--;
    else if (looksToGo === 1 && performance.now() >= notBeforeMs) {
      looksToGo = 0;
      notBeforeMs = performance.now() + pauseMs;
      collect();
      // The collection itself is no work that would call for the next one.
      seen = performance.eventLoopUtilization();
    }
  }, lookEveryMs).unref();
}
