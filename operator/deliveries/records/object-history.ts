/** What is remembered of one object: three short lists, none of which pushes out what is in another. */
import { createHourlyCounts, type HourlyCounts } from './hourly-counts.ts';
import type { DeliveryRecord, ObjectRef } from './record.ts';

/** How many records of each list an object has. */
const LENGTH = 20;
const LISTS = ['served', 'refused', 'own'] as const;

export interface ObjectHistory {
  readonly object: ObjectRef;
  /** From the oldest to the newest: what was not refused. */
  readonly served: DeliveryRecord[];
  readonly refused: DeliveryRecord[];
  /** What did not come from outside: replayed, or made up for. */
  readonly own: DeliveryRecord[];
  readonly counts: HourlyCounts;
  /** Of the last record of a sender's that was not refused when it was added; 0: there was none. */
  servedSequence: number;
}

export function createObjectHistory(object: ObjectRef): ObjectHistory {
  return { object, served: [], refused: [], own: [], counts: createHourlyCounts(), servedSequence: 0 };
}

/** @returns the record that had to make room. */
export function addTo(history: ObjectHistory, record: DeliveryRecord): DeliveryRecord | undefined {
  const list = listOf(history, record);
  if (list === history.served) history.servedSequence = record.sequence;
  list.push(record);
  return list.length > LENGTH ? list.shift() : undefined;
}

export interface Moved {
  /** It counted as not refused, and is refused now. */
  readonly moved: boolean;
  /** It was remembered no longer, and is again. */
  readonly returned: boolean;
  /** What had to make room. */
  readonly dropped: DeliveryRecord | undefined;
}

const NOT_MOVED: Moved = { moved: false, returned: false, dropped: undefined };

/**
 * A record whose verdict has changed moves to the list that it now belongs to; one that had to make room while it was
 * pending, and is refused, comes back.
 */
export function moveTo(history: ObjectHistory, record: DeliveryRecord): Moved {
  if (listOf(history, record).includes(record)) return NOT_MOVED;
  const from = LISTS.map((name) => history[name]).find((list) => list.includes(record));
  if (from === undefined && record.verdict !== 'refused') return NOT_MOVED;
  from?.splice(from.indexOf(record), 1);
  return { moved: record.verdict === 'refused', returned: from === undefined, dropped: addTo(history, record) };
}

/** Takes the oldest record away. */
export function dropOldest(history: ObjectHistory): DeliveryRecord | undefined {
  const oldest = LISTS.map((name) => history[name])
    .filter(([first]) => first !== undefined)
    .sort(([a], [b]) => (a?.sequence ?? 0) - (b?.sequence ?? 0))[0];
  return oldest?.shift();
}

/** From the newest to the oldest. */
export function recordsOf({ served, refused, own }: ObjectHistory): readonly DeliveryRecord[] {
  return [...served, ...refused, ...own].sort((a, b) => b.lastAtMs - a.lastAtMs || b.sequence - a.sequence);
}

export function isEmpty(history: ObjectHistory): boolean {
  return LISTS.every((name) => history[name].length === 0);
}

/** Whether it did not come from outside. */
export function isOwn({ origin }: Pick<DeliveryRecord, 'origin'>): boolean {
  return origin === 'replayed' || origin === 'catch-up';
}

function listOf(history: ObjectHistory, record: DeliveryRecord): DeliveryRecord[] {
  if (isOwn(record)) return history.own;
  return record.verdict === 'refused' ? history.refused : history.served;
}
