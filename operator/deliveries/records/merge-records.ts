/** Makes one list of the records of all replicas. Pure. */
import { MAX_TEXT } from './clean-text.ts';
import { objectKey } from './object-ref.ts';
import type { RecordView } from './record-view.ts';

type Mergeable = RecordView & {
  /** Of messages that are folded into it. */
  readonly foldedIds?: readonly string[];
};

/**
 * Each record once. One of a message that is pending goes where a newer one of the same message says more: another replica
 * has read the message since, or the same one has it again. What repeats a delivery to another replica is marked so.
 *
 * @param records of the same id the last one stands.
 */
export function mergeRecords<T extends Mergeable>(records: readonly T[]): readonly T[] {
  const all = [...new Map(records.map((record) => [record.id, record])).values()];
  const newestMs = newestByMessage(all);
  const isSuperseded = (record: T): boolean =>
    isMessage(record) &&
    record.verdict === 'pending' &&
    keysOf(record).some((key) => isBefore(record, newestMs.get(key)));
  const gone = new Set(all.filter(isSuperseded).map(({ id }) => id));
  const left = all.filter(({ id }) => !gone.has(id));
  const firsts = firstByKey(left);
  return left.map((record) => marked(record, firsts, gone));
}

function isMessage({ origin }: RecordView): boolean {
  return origin === 'broker';
}

function isBefore({ lastAt }: RecordView, newestMs = 0): boolean {
  return Date.parse(lastAt) < newestMs;
}

/** What a record is found by among those of other replicas. Of an id that is cut, others may begin alike. */
function keysOf({ object, providerId }: RecordView, more: readonly string[] = []): readonly string[] {
  const ids = providerId === undefined ? more : [providerId, ...more];
  return ids.filter(({ length }) => length < MAX_TEXT).map((id) => `${objectKey(object)} ${id}`);
}

/** When each message was tried last. */
function newestByMessage(records: readonly Mergeable[]): ReadonlyMap<string, number> {
  const newestMs = new Map<string, number>();
  for (const record of records.filter(isMessage)) {
    const lastMs = Date.parse(record.lastAt);
    for (const key of keysOf(record, record.foldedIds)) newestMs.set(key, Math.max(newestMs.get(key) ?? 0, lastMs));
  }
  return newestMs;
}

/** The id of the first record with each id of a sender's: they sort by time. */
function firstByKey(records: readonly RecordView[]): ReadonlyMap<string, string> {
  const firsts = new Map<string, string>();
  for (const record of records) {
    const [key = ''] = keysOf(record);
    const known = firsts.get(key);
    if (known === undefined || record.id < known) firsts.set(key, record.id);
  }
  return firsts;
}

function marked<T extends RecordView>(record: T, firsts: ReadonlyMap<string, string>, gone: ReadonlySet<string>): T {
  const { duplicateOf: known, ...rest } = record;
  const [key] = keysOf(record);
  const found = key && firsts.get(key);
  // One that is not among these may be older still.
  const [first] = [found === record.id ? undefined : found, known !== undefined && gone.has(known) ? undefined : known]
    .filter((id) => id !== undefined)
    .sort();
  if (first === known) return record;
  return (first === undefined ? rest : { ...rest, duplicateOf: first }) as T;
}
