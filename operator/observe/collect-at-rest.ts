/**
 * A collection when the process comes to rest. Memory that a start or a burst took goes back to the system only with
 * one, and by itself V8 makes none as long as nothing is asked for.
 */
import { performance } from 'node:perf_hooks';
import { systemClock } from './clock.ts';

export interface RestTimes {
  readonly lookEveryMs: number;
  /** Between two collections at least. */
  readonly pauseMs: number;
}

/** What is read of the process. */
export interface ProcessActivity {
  /** Monotonic time in ms. */
  nowMs(): number;
  /** The share of the time since the last call in which the event loop had something to do, 0 to 1. */
  utilization(): number;
  /** Calls back every so many ms, as long as the process lives for something else. */
  every(periodMs: number, callback: () => void): void;
}

const TIMES: RestTimes = { lookEveryMs: 5_000, pauseMs: 60_000 };
/** With less the process is at rest. */
const REST_UTILIZATION = 0.05;
/** Right after work V8 keeps room for more of it. */
const LOOKS_AT_REST = 2;

/** Ends with the process. */
export function collectAtRest(
  collect: () => void,
  { lookEveryMs, pauseMs } = TIMES,
  activity: ProcessActivity = thisProcess(),
): void {
  let looksToGo = LOOKS_AT_REST;
  let notBeforeMs = 0;
  activity.every(lookEveryMs, () => {
    if (activity.utilization() >= REST_UTILIZATION) looksToGo = LOOKS_AT_REST;
    else if (looksToGo > 1) looksToGo--;
    else if (looksToGo === 1 && activity.nowMs() >= notBeforeMs) {
      looksToGo = 0;
      notBeforeMs = activity.nowMs() + pauseMs;
      collect();
      // The collection itself is no work that would call for the next one.
      activity.utilization();
    }
  });
}

/** The activity of this process's event loop. */
export function thisProcess(): ProcessActivity {
  let seen = performance.eventLoopUtilization();
  return {
    nowMs: systemClock.elapsedMs,
    utilization() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, seen);
      seen = now;
      return utilization;
    },
    // biome-ignore lint/plugin: no timer of a Clock lets the process end while it waits.
    every: (periodMs, callback) => void setInterval(callback, periodMs).unref(),
  };
}
