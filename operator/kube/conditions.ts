/**
 * Changes to a list of conditions by the rules of the Kubernetes API conventions. Pure: a list goes in, a new one
 * comes out.
 */
import type { Condition } from '../api/meta.ts';
import { secondTime } from './micro-time.ts';

/** The longest message that metav1.Condition's own schema allows, in characters. */
const LONGEST_MESSAGE = 32_768;

/** A condition as a reconcile finds it; when it came about is worked out here. */
export type ObservedCondition = Omit<Condition, 'lastTransitionTime'>;

/**
 * The list with `observed` in it, in the place of the one of its type or else at the end. `lastTransitionTime` becomes
 * `nowMs` (ms since 1970) only when the status is another one than before.
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  observed: ObservedCondition,
  nowMs: number,
): Condition[] {
  const list = [...(conditions ?? [])];
  const index = list.findIndex((condition) => condition.type === observed.type);
  const before = list[index];
  const lastTransitionTime = before?.status === observed.status ? before.lastTransitionTime : secondTime(nowMs);
  const after = { ...observed, message: shortened(observed.message), lastTransitionTime };
  if (before === undefined) list.push(after);
  else list[index] = after;
  return list;
}

/** The list without the condition of that type. */
export function removeCondition(conditions: readonly Condition[] | undefined, type: string): Condition[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}

function shortened(message: string): string {
  return message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE - 1)}…`;
}
