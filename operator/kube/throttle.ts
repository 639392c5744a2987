/**
 * The client's own throttle, for API servers that have none: a bucket of `burst` requests that fills by `qps` a second.
 * Where the API server has Priority and Fairness it is left to that.
 */
export interface Throttle {
  /** Waits for a turn; at once (undefined) while the API server throttles by itself. */
  take(): Promise<void> | undefined;
  /** What an answer told: whether the API server has Priority and Fairness. */
  learn(hasFairness: boolean): void;
}

export function createThrottle(options: { qps: number; burst: number; nowMs?: () => number }): Throttle {
  const { qps, burst, nowMs = () => performance.now() } = options;
  let active = false;
  let tokens = burst;
  let filledAtMs = nowMs();

  return {
    learn(hasFairness) {
      active = !hasFairness && qps > 0;
    },
    take() {
      if (!active) return undefined;
      const now = nowMs();
      tokens = Math.min(burst, tokens + ((now - filledAtMs) / 1000) * qps) - 1;
      filledAtMs = now;
      // A debt is the place in the line: whoever comes later owes more and waits longer.
      if (tokens >= 0) return undefined;
      const waitMs = (-tokens / qps) * 1000;
      return new Promise((resolve) => setTimeout(resolve, waitMs));
    },
  };
}
