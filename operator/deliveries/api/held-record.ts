/** The record of this replica with an id that somebody names: bodies are where their webhooks came. */
import type { DeliveryRecord, ObjectRef } from '../records/record.ts';
import type { PageContext } from './page-context.ts';
import { notFound, Problem } from './problem.ts';

/**
 * @param without what is answered where another replica has it.
 * @throws Problem with 404 where there is none, and with `without`.
 */
export async function heldRecord(
  { journal, records }: Pick<PageContext, 'journal' | 'records'>,
  object: ObjectRef,
  id: string | undefined,
  without: 'NoBody' | 'NotFound' = 'NoBody',
): Promise<DeliveryRecord> {
  const own = journal.of(object).find((record) => journal.idOf(record) === id);
  if (own !== undefined) return own;
  const { items } = await records.ask({ object });
  const other = items.find((record) => record.id === id);
  if (other === undefined) throw notFound();
  throw new Problem(
    without,
    `The delivery came to replica ${other.replica}, which alone may have its body: ask that one`,
  );
}
