/**
 * How many events an object may cause: a token bucket each, so that one object that fails in a loop neither floods the
 * API server nor takes the events of the others.
 */
import type { Clock } from '../../observe/clock.ts';

export interface EventBudget {
  /** Takes one from the object's bucket; false: it is empty. */
  take(object: string): boolean;
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

const BURST = 25;
const REFILL_MS = 5 * 60_000;
/** The objects remembered; who was not heard of for the longest time is forgotten first, and starts anew. */
const MOST_OBJECTS = 4096;

export function createEventBudget(clock: Clock): EventBudget {
  const buckets = new Map<string, Bucket>();
  return {
    take(object) {
      const nowMs = clock.elapsedMs();
      const bucket = buckets.get(object) ?? { tokens: BURST, filledAtMs: nowMs };
      const refilled = Math.floor((nowMs - bucket.filledAtMs) / REFILL_MS);
      bucket.tokens = Math.min(BURST, bucket.tokens + refilled);
      bucket.filledAtMs += refilled * REFILL_MS;
      // Last in a Map is what was set last.
      buckets.delete(object);
      buckets.set(object, bucket);
      const oldest = buckets.keys().next();
      if (buckets.size > MOST_OBJECTS && oldest.done === false) buckets.delete(oldest.value);
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
  };
}
