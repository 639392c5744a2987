/** The condition `ResolvedRefs`, from what is found of each reference. Pure. */
import { type ResolvedRefsReason, resolvedRefsReasons } from '../../api/resolved-refs-reasons.ts';
import type { ObservedCondition } from '../../kube/conditions.ts';
import type { Finding } from './finding.ts';

export interface FoundReference {
  /** Where it stands: `resources[0]`. */
  readonly field: string;
  readonly finding: Finding;
}

/** From the worst on; the condition has the worst that is found. */
const WORST_FIRST: readonly ResolvedRefsReason[] = [
  'TargetInvalid',
  'KindUnknown',
  'TargetForbidden',
  'TargetNotFound',
  'NothingSelected',
];
const NAMED = 3;

/** Whether it is one of the reasons with which the condition is False. */
export function isUnresolved(reason: ResolvedRefsReason): boolean {
  return resolvedRefsReasons[reason].status === 'False';
}

/** @param found in the order of the spec. */
export function resolvedRefs(
  found: readonly FoundReference[],
): Pick<ObservedCondition, 'status' | 'reason' | 'message'> {
  const worst = WORST_FIRST.find((reason) => found.some(({ finding }) => finding.reason === reason)) ?? 'Resolved';
  const { status } = resolvedRefsReasons[worst];
  if (worst === 'Resolved') return { status, reason: worst, message: 'every target can be found' };
  // Beside what is wrong, an entry that selects nothing is no news.
  const told = WORST_FIRST.filter((reason) => resolvedRefsReasons[reason].status === status);
  const inOrder = told.flatMap((reason) => found.filter(({ finding }) => finding.reason === reason));
  return { status, reason: worst, message: messageOf(inOrder) };
}

/** The first three, each with what to do, which neighbours share; and how many more. */
function messageOf(found: readonly FoundReference[]): string {
  const groups: { remedy: string; texts: string[] }[] = [];
  for (const { field, finding } of found.slice(0, NAMED)) {
    const text = `${field}: ${finding.text}`;
    const last = groups.at(-1);
    if (last?.remedy === finding.remedy) last.texts.push(text);
    else groups.push({ remedy: finding.remedy, texts: [text] });
  }
  const named = groups.map(({ remedy, texts }) => `${texts.join(', ')}; ${remedy}`).join('. ');
  return found.length <= NAMED ? named : `${named}; and ${found.length - NAMED} more`;
}
