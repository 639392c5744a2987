/** Whether somebody who searches means an object. */
import type { ObjectView } from '../api/types.ts';
import { resolvedOf } from './health.ts';

/** Each word of `search` has to be somewhere in what the row says. */
export function matches(item: ObjectView, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const text = textOf(item);
  return words.every((word) => text.includes(word));
}

function textOf(item: ObjectView): string {
  const { object, type, lastDelivery, conditions } = item;
  const messages = [...conditions, resolvedOf(item)].map((each) => `${each?.reason} ${each?.message}`);
  return [`${object.namespace}/${object.name}`, type, lastDelivery?.event, lastDelivery?.code, ...messages]
    .join(' ')
    .toLowerCase();
}
