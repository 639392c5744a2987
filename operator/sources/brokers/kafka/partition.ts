/** One partition that this replica has: what was fetched, what is handled, and up to where all is done. */

/** A record as the client gives it, with its place. */
export interface FetchedRecord {
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [Buffer | null, Buffer | null])[];
}

export interface Partition {
  readonly topic: string;
  readonly index: number;
  /** Where the next fetch begins. */
  position: bigint;
  /** As the group has it; -1: it has none. */
  committed: bigint;
  /** One more than the last offset there is, as far as known. */
  end: bigint;
  /** Fetched, and not yet given out. */
  readonly waiting: FetchedRecord[];
  /** Given out, and not yet done; in the order of their offsets, by the order in which they were first given out. */
  readonly open: Map<bigint, number>;
  /** How many were given out. */
  given: number;
}

/** How far others may get ahead of the first that is not done. */
const WINDOW = 10;

export function createPartition(topic: string, index: number, position: bigint, committed: bigint): Partition {
  return { topic, index, position, committed, end: position, waiting: [], open: new Map(), given: 0 };
}

/** Whether one that is not done holds up the others. */
export function isBlocked({ open, given }: Partition): boolean {
  const [first] = open.values();
  return first !== undefined && given - first >= WINDOW;
}

/** @returns the next record, which is open from now on; undefined: there is none, or it has to wait. */
export function takeNext(partition: Partition): FetchedRecord | undefined {
  if (isBlocked(partition)) return undefined;
  const record = partition.waiting.shift();
  if (record === undefined) return undefined;
  partition.open.set(record.offset, partition.given);
  partition.given += 1;
  return record;
}

/** Every offset before this one is done, or was never a record: transactions and compaction leave gaps. */
export function doneUpTo({ open, waiting, position }: Partition): bigint {
  let first = waiting[0]?.offset ?? position;
  for (const offset of open.keys()) if (offset < first) first = offset;
  return first;
}
