/**
 * The client's own throttle, for API servers that have none: a bucket of `burst` requests that fills by `qps` a second.
 * Where the API server has Priority and Fairness it is left to that.
 */
export interface Throttle {
  /** Takes a turn. @returns how long to wait for it, in ms; 0 always while the API server throttles by itself. */
  take(): number;
  /** What an answer shows: whether the API server has Priority and Fairness. */
  learn(hasFairness: boolean): void;
}

/** `qps` of 0 and less: no throttle at all. `nowMs` never jumps. */
export function createThrottle(options: { qps: number; burst: number; nowMs?: () => number }): Throttle {
  const { qps, burst, nowMs = () => performance.now() } = options;
  // The first requests go out unthrottled: one answer tells which kind of API server it is.
  let active = false;
  let tokens = burst;
  let filledAtMs = nowMs();

  return {
    learn(hasFairness) {
      active = !hasFairness && qps > 0;
    },
    take() {
      if (!active) return 0;
      const now = nowMs();
      tokens = Math.min(burst, tokens + ((now - filledAtMs) / 1000) * qps) - 1;
      filledAtMs = now;
      // A debt is the place in the queue: a later request has a larger one and waits longer.
      return tokens >= 0 ? 0 : (-tokens / qps) * 1000;
    },
  };
}
