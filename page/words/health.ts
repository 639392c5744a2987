/** How an object does, in one word and one sentence, from its conditions and its last delivery. */
import type { Condition, DeliveryObject } from '../api/types.ts';

/** From the worst to the best; `none`: nothing has arrived yet. */
export type Health = 'broken' | 'unresolved' | 'pending' | 'none' | 'ok';

/** What each is called on the page. */
export const healthWords: Readonly<Record<Health, string>> = {
  broken: 'Not delivering',
  unresolved: 'Target missing',
  pending: 'Pending',
  none: 'Nothing yet',
  ok: 'Delivering',
};

export function conditionOf(item: DeliveryObject, type: string): Condition | undefined {
  return item.conditions?.find((condition) => condition.type === type);
}

/** What is known of the targets; an Alert has it beside its conditions. */
export function resolvedOf(item: DeliveryObject): Omit<Condition, 'type'> | undefined {
  return conditionOf(item, 'ResolvedRefs') ?? item.resolved;
}

export function healthOf(item: DeliveryObject): Health {
  const delivering = conditionOf(item, 'Delivering');
  if (delivering?.status === 'False') return 'broken';
  if (resolvedOf(item)?.status === 'False') return 'unresolved';
  const { lastDelivery } = item;
  // An Alert has no conditions.
  if (delivering === undefined && lastDelivery?.verdict === 'refused') return 'broken';
  if (lastDelivery?.verdict === 'pending') return 'pending';
  return lastDelivery === undefined ? 'none' : 'ok';
}
