/** What is made of the records of all replicas. */
import type { Clock } from '../../observe/clock.ts';
import type { Journal } from '../records/journal.ts';
import type { ObjectRef } from '../records/record.ts';
import type { RecordView } from '../records/record-view.ts';

/** From the newest to the oldest: ids sort by time. */
export function newestFirst(records: readonly RecordView[]): readonly RecordView[] {
  return records.toSorted((a, b) => (a.id < b.id ? 1 : -1));
}

/** Of an object: from the oldest hour to the one that is not over. */
export type Hours = readonly { readonly accepted: number; readonly refused: number }[];

const HOURS = 24;
const HOUR_MS = 3_600_000;

/**
 * How many came in each of the last 24 hours: those of this replica as it counted them, and of others what their records
 * say, which are the newest.
 */
export function hoursOf(
  { journal, replica, clock }: { journal: Pick<Journal, 'hoursOf'>; replica: string; clock: Pick<Clock, 'now'> },
  object: ObjectRef,
  records: readonly RecordView[],
): Hours {
  const own = journal.hoursOf(object) ?? [];
  const hours = Array.from({ length: HOURS }, (_, index) => ({
    accepted: own[index]?.accepted ?? 0,
    refused: own[index]?.refused ?? 0,
  }));
  const thisHour = Math.floor(clock.now() / HOUR_MS);
  for (const record of records) {
    if (record.replica === replica) continue;
    const hour = hours[HOURS - 1 - (thisHour - Math.floor(Date.parse(record.lastAt) / HOUR_MS))];
    if (hour !== undefined) hour[record.verdict === 'refused' ? 'refused' : 'accepted'] += record.repeated;
  }
  return hours;
}
