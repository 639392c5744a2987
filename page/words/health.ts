/** How an object does, in one word and one sentence, from its conditions and its last delivery. */
import type { ConditionView, ObjectView } from '../api/types.ts';
import { sentenceOfCode, sentenceOfPending } from './sentence.ts';

/** From the worst to the best; `none`: nothing has arrived yet. */
export type Health = 'broken' | 'unready' | 'unresolved' | 'refused' | 'pending' | 'none' | 'ok';

/** What each is called on the page. */
export const healthWords: Readonly<Record<Health, string>> = {
  broken: 'Not delivering',
  unready: 'Not ready',
  unresolved: 'Target missing',
  refused: 'Last one refused',
  pending: 'Pending',
  none: 'Nothing yet',
  ok: 'Delivering',
};

export function conditionOf(item: ObjectView, type: string): ConditionView | undefined {
  return item.conditions.find((condition) => condition.type === type);
}

/** What is known of the targets; an Alert has it beside its conditions. */
export function resolvedOf(item: ObjectView): ConditionView | undefined {
  return conditionOf(item, 'ResolvedRefs') ?? item.resolved;
}

export function healthOf(item: ObjectView): Health {
  const { lastDelivery } = item;
  const delivering = conditionOf(item, 'Delivering');
  // An Alert has no conditions.
  const refused = lastDelivery?.verdict === 'refused';
  if (delivering?.status === 'False' || (delivering === undefined && refused)) return 'broken';
  if (conditionOf(item, 'Ready')?.status === 'False') return 'unready';
  if (resolvedOf(item)?.status === 'False') return 'unresolved';
  if (refused) return 'refused';
  if (lastDelivery?.verdict === 'pending') return 'pending';
  return lastDelivery === undefined ? 'none' : 'ok';
}

/**
 * What `Delivering` says of an object now. The condition is written now and then: that the last delivery was refused is
 * told by its code at once. undefined: nothing says how it does.
 */
export function deliveringOf(item: ObjectView): ConditionView | undefined {
  const condition = conditionOf(item, 'Delivering');
  const { verdict, code = '' } = item.lastDelivery ?? {};
  if (verdict !== 'refused' || condition?.status === 'False') return condition;
  const message = sentenceOfCode(code) ?? code;
  return { status: condition?.status ?? 'False', reason: 'Refused', message };
}

/** What is to be known first: why it does not deliver, is not ready, or has nothing yet. '': nothing. */
export function troubleOf(item: ObjectView): string {
  const health = healthOf(item);
  if (health === 'unready') return conditionOf(item, 'Ready')?.message ?? '';
  if (health === 'pending') return sentenceOfPending(item.lastDelivery?.code ?? '');
  const delivering = deliveringOf(item);
  const well = delivering === undefined || (delivering.status === 'True' && delivering.reason !== 'Refused');
  return well ? '' : delivering.message;
}
