/** The record of this replica with an id that somebody names. */
import type { Journal } from '../records/journal.ts';
import type { DeliveryRecord, ObjectRef } from '../records/record.ts';
import { notFound } from './problem.ts';

/** @throws Problem with 404: there is none. */
export function heldRecord(
  journal: Pick<Journal, 'of' | 'idOf'>,
  object: ObjectRef,
  id: string | undefined,
): DeliveryRecord {
  const record = journal.of(object).find((each) => journal.idOf(each) === id);
  if (record === undefined) throw notFound();
  return record;
}
