/**
 * The client's own throttle, for API servers that have none: a bucket of `burst` requests that fills by `qps` a second.
 * Where the API server has Priority and Fairness it is left to that.
 */
import { type Clock, systemClock } from '../../observe/clock.ts';

export interface Throttle {
  /** Takes a turn. @returns how long to wait for it, in ms; 0 always while the API server throttles by itself. */
  take(): number;
  /** What an answer shows: whether the API server has Priority and Fairness. */
  learn(hasFairness: boolean): void;
}

export interface ThrottleOptions {
  /** 0 and less: no throttle at all. */
  readonly qps: number;
  readonly burst: number;
  /** The machine's when absent. */
  readonly clock?: Pick<Clock, 'elapsedMs'>;
}

export function createThrottle({ qps, burst, clock = systemClock }: ThrottleOptions): Throttle {
  // The first requests go out unthrottled: one answer tells which kind of API server it is.
  let active = false;
  let tokens = burst;
  let filledAtMs = clock.elapsedMs();

  return {
    learn(hasFairness) {
      active = !hasFairness && qps > 0;
    },
    take() {
      if (!active) return 0;
      const now = clock.elapsedMs();
      tokens = Math.min(burst, tokens + ((now - filledAtMs) / 1000) * qps) - 1;
      filledAtMs = now;
      // A debt is the place in the queue: a later request has a larger one and waits longer.
      return tokens >= 0 ? 0 : (-tokens / qps) * 1000;
    },
  };
}
