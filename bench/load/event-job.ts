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
  /** How the service behaves that they are delivered to; it takes all at once where nothing is said. */
  readonly service?: ServiceBehaviour;
  /** What is not delivered is lost when nothing was for so long; default 5,000. */
  readonly settleMs?: number;
}

export interface ServiceBehaviour {
  /** It answers 503 for so long from the beginning of the job. */
  readonly refusesForMs?: number;
  /** It answers 503 to so many requests, and then takes all. */
  readonly refusesFirst?: number;
  readonly answersAfterMs?: number;
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
  /** Requests that the service answered 503. */
  readonly refused: number;
  /** Whether no event came before one that was posted earlier. */
  readonly inOrder: boolean;
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
