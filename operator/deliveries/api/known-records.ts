/** What is made of the records and counts of all replicas. */
import type { Clock } from '../../observe/clock.ts';
import type { CountedHour, HoursAnswer } from '../peers/hours-route.ts';
import { objectKey } from '../records/object-ref.ts';
import type { RecordView } from '../records/record-view.ts';

/** From the newest to the oldest: ids sort by time. */
export function newestFirst(records: readonly RecordView[]): readonly RecordView[] {
  return records.toSorted((a, b) => (a.id < b.id ? 1 : -1));
}

/** Of an object: from the oldest hour to the one that is not over. */
export type Hours = readonly { readonly accepted: number; readonly refused: number }[];

const HOURS = 24;
const HOUR_MS = 3_600_000;

/** What each replica counted, by kind, namespace and name of the object. */
export type HoursByObject = ReadonlyMap<string, readonly CountedHour[]>;

export function hoursByObject(answers: readonly HoursAnswer[]): HoursByObject {
  const byObject = Map.groupBy(
    answers.flatMap(({ items }) => items),
    ({ object }) => objectKey(object),
  );
  return new Map([...byObject].map(([key, items]) => [key, items.flatMap(({ hours }) => hours)]));
}

/** How many came in each of the last 24 hours, to all replicas. */
export function hoursOf(counted: readonly CountedHour[], clock: Pick<Clock, 'now'>): Hours {
  const hours = Array.from({ length: HOURS }, () => ({ accepted: 0, refused: 0 }));
  const oldest = Math.floor(clock.now() / HOUR_MS) - HOURS + 1;
  for (const { hour, accepted, refused } of counted) {
    const sum = hours[hour - oldest];
    if (sum === undefined) continue;
    sum.accepted += accepted;
    sum.refused += refused;
  }
  return hours;
}
