/** Counts how often each sender is refused; one that is refused too often waits. Its memory is bounded, whoever sends. */
import { type Clock, systemClock } from '../../observe/clock.ts';

export interface RefusalRate {
  /** Whole seconds until this sender's requests are served again; 0: now. */
  waitSeconds(sender: string): number;
  /** A request of this sender was refused. */
  count(sender: string): void;
}

export interface RefusalRateOptions {
  readonly perSecond: number;
  /** Refusals at once that cost nothing. */
  readonly burst: number;
  /** Senders in memory; beyond, the one whose last refusal is the oldest is forgotten. */
  readonly maxSenders: number;
  /** The machine's when absent. */
  readonly clock?: Pick<Clock, 'elapsedMs'>;
}

/** A bucket that fills at the rate up to the burst; each refusal takes one from it. */
interface Bucket {
  left: number;
  atMs: number;
}

export function createRefusalRate(options: RefusalRateOptions): RefusalRate {
  const { perSecond, burst, maxSenders, clock = systemClock } = options;
  const buckets = new Map<string, Bucket>();
  const leftIn = ({ left, atMs }: Bucket, now: number): number =>
    Math.min(left + ((now - atMs) / 1_000) * perSecond, burst);
  return {
    waitSeconds(sender) {
      const bucket = buckets.get(sender);
      if (bucket === undefined) return 0;
      const left = leftIn(bucket, clock.elapsedMs());
      return left >= 1 ? 0 : Math.ceil((1 - left) / perSecond);
    },
    count(sender) {
      const now = clock.elapsedMs();
      const bucket = buckets.get(sender);
      const left = bucket === undefined ? burst : leftIn(bucket, now);
      // The order of a Map is that of insertion: the first is the one refused the longest ago.
      buckets.delete(sender);
      buckets.set(sender, { left: Math.max(left - 1, 0), atMs: now });
      const [oldest] = buckets.keys();
      if (buckets.size > maxSenders && oldest !== undefined) buckets.delete(oldest);
    },
  };
}
