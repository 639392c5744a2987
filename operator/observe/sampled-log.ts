/** Lines that a sender can cause at will: at most one a second of each kind, with the number of those left out. */
import type { Logger } from './log.ts';

export interface SampledLog {
  /** `kind` must be one of a bounded set. */
  info(kind: string, fields: Readonly<Record<string, unknown>>, message: string): void;
}

const INTERVAL_MS = 1_000;

/** `nowMs` is any clock that never goes back. */
export function createSampledLog(log: Logger, nowMs: () => number = () => performance.now()): SampledLog {
  const kinds = new Map<string, { nextMs: number; suppressed: number }>();
  return {
    info(kind, fields, message) {
      const now = nowMs();
      const state = kinds.get(kind) ?? { nextMs: Number.NEGATIVE_INFINITY, suppressed: 0 };
      kinds.set(kind, state);
      if (now < state.nextMs) {
        state.suppressed++;
        return;
      }
      log.info(state.suppressed > 0 ? { ...fields, suppressed: state.suppressed } : fields, message);
      state.nextMs = now + INTERVAL_MS;
      state.suppressed = 0;
    },
  };
}
