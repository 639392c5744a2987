/** An object as it is after a record of it has come. */
import type { ObjectView, RecordView } from '../api/types.ts';

export function withRecord(item: ObjectView, record: RecordView): ObjectView {
  const { event = '', verdict, code, announced } = record;
  const time = record.lastAt;
  // A record that was sent again, because more became known of it, is not the last one for that.
  if (Date.parse(item.lastDelivery?.time ?? '') > Date.parse(time)) return item;
  return { ...item, lastDelivery: { time, event, verdict, code, revision: announced?.revision ?? '' } };
}
