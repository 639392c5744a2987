/** How often a sender is refused; who is refused too often is not listened to for a while. Bounded, whoever sends. */

export interface RefusalRate {
  /** Whole seconds until a request of this sender is looked at again; 0: now. */
  waitSeconds(sender: string): number;
  /** A request of this sender was refused. */
  count(sender: string): void;
}

export interface RefusalRateOptions {
  readonly perSecond: number;
  /** How many at once are let pass. */
  readonly burst: number;
  /** Senders that are remembered; beyond, the one that was refused the longest ago is forgotten. */
  readonly maxSenders: number;
  /** Any clock that never goes back. */
  readonly nowMs?: () => number;
}

/** A bucket that fills at the rate up to the burst; each refusal takes one from it. */
interface Bucket {
  left: number;
  atMs: number;
}

export function createRefusalRate(options: RefusalRateOptions): RefusalRate {
  const { perSecond, burst, maxSenders, nowMs = () => performance.now() } = options;
  const buckets = new Map<string, Bucket>();
  const leftIn = ({ left, atMs }: Bucket, now: number): number =>
    Math.min(left + ((now - atMs) / 1_000) * perSecond, burst);
  return {
    waitSeconds(sender) {
      const bucket = buckets.get(sender);
      if (bucket === undefined) return 0;
      const left = leftIn(bucket, nowMs());
      return left >= 1 ? 0 : Math.ceil((1 - left) / perSecond);
    },
    count(sender) {
      const now = nowMs();
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
