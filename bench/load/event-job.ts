/** What the process that posts events is asked for, and what it answers; plain data both. */

export interface EventJob {
  /** Of the event server. */
  readonly url: string;
  /** Makes the messages of this job differ from those of every other. */
  readonly run: string;
  /** The objects' namespaces, in turn. */
  readonly namespaces: readonly string[];
  /** How many objects, in turn. */
  readonly objects: number;
  readonly connections: number;
  /** Events a second, evenly spaced; absent: as many as the connections can carry. */
  readonly perSecond?: number;
  readonly seconds: number;
  /** How many notifications each event causes. */
  readonly deliveriesEach: number;
  /** Whether every event is the same one. */
  readonly duplicates?: boolean;
}

export interface EventTimes {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface EventResult {
  /** Answers by their status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly answeredPerSecond: number;
  readonly deliveredPerSecond: number;
  readonly delivered: number;
  /** Taken, and not delivered long after. */
  readonly lost: number;
  /** From the request to its answer. */
  readonly answer: EventTimes;
  /** From the request to the notification's arrival. */
  readonly sink: EventTimes;
}

export function timesOf(values: readonly number[]): EventTimes {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
