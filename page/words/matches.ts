/** Whether somebody who searches means an object. */
import type { ObjectView } from '../api/types.ts';
import { healthOf, healthWords, resolvedOf, troubleOf } from './health.ts';

/** Each word of `search` has to be somewhere in what the row says. */
export function matches(item: ObjectView, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const text = textOf(item);
  return words.every((word) => text.includes(word));
}

function textOf(item: ObjectView): string {
  const { object, type, lastDelivery, conditions } = item;
  const { event, verdict, code, revision } = lastDelivery ?? {};
  const told = [...conditions, resolvedOf(item)].flatMap((each) => [each?.reason, each?.message]);
  const how = [healthWords[healthOf(item)], troubleOf(item)];
  return [`${object.namespace}/${object.name}`, type, event, verdict, code, revision, ...how, ...told]
    .join(' ')
    .toLowerCase();
}
