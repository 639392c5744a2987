/** The records of an object that are known: those of this replica. */
import type { Journal } from '../records/journal.ts';
import type { ObjectRef } from '../records/record.ts';
import { type RecordView, recordView } from '../records/record-view.ts';

export interface KnownRecords {
  /** From the newest to the oldest. */
  readonly records: readonly RecordView[];
  readonly partial: readonly string[];
  readonly recordingSince: Readonly<Record<string, string>>;
}

export interface RecordSources {
  readonly journal: Pick<Journal, 'of' | 'idOf' | 'recordingSinceMs'>;
  readonly replica: string;
}

export async function knownRecords({ journal, replica }: RecordSources, object: ObjectRef): Promise<KnownRecords> {
  const own = journal.of(object);
  const records = own.map((record) => recordView(record, replica, journal, own));
  return {
    // Ids sort by time.
    records: records.sort((a, b) => (a.id < b.id ? 1 : -1)),
    partial: [],
    recordingSince: { [replica]: new Date(journal.recordingSinceMs).toISOString() },
  };
}
