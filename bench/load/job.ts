/** What a process of the load generator is asked for, and what it answers; plain data both. */

export interface LoadJob {
  /** Of the receiver server. */
  readonly url: string;
  /** Each request takes the next one; with several connections each has a part of them for itself. */
  readonly paths: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** In base64. */
  readonly body: string;
  readonly connections: number;
  /** Requests a second, evenly spaced; undefined: as many as the connections can carry. */
  readonly perSecond?: number;
  readonly seconds: number;
}

export interface LoadResult {
  /** Answers by their status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests without an answer. */
  readonly errors: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** @param times of each answer, in ms. */
export function resultOf(
  statuses: Record<string, number>,
  errors: number,
  times: number[],
  seconds: number,
): LoadResult {
  const sorted = Float64Array.from(times).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { statuses, errors, perSecond: times.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}
