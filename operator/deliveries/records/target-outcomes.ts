/**
 * Collects what becomes of the targets of one delivery: all are counted, and the first few are listed; failed ones first,
 * and last those that the filters leave out.
 */
import type { ObjectRef, TargetOutcome, TargetResult } from './record.ts';
import { TARGET_OUTCOMES } from './record.ts';
import type { UnnamedTargets } from './unnamed-targets.ts';

/** How many targets of a delivery are listed. */
const MAX_LISTED = 16;
/** Of a target that several events of a delivery mean the first of these counts that one has. */
const FIRST_TO_LAST: readonly TargetOutcome[] = ['failed', 'pending', 'annotated', 'coalesced', 'filtered'];

type Details = Pick<TargetResult, 'code' | 'requestedAt'>;

export interface TargetOutcomes {
  /** At most 16. */
  readonly targets: TargetResult[];
  /** In the order of `TARGET_OUTCOMES`. */
  readonly counts: number[];
  /** Every target but the unnamed, those that are not listed among them. */
  readonly byRef: Map<string, TargetResult>;
  /** Some of these are in `byRef`; `count` of them are only counted, as filtered. */
  unnamed: { readonly targets: UnnamedTargets; readonly count: number } | undefined;
}

export function createTargetOutcomes(): TargetOutcomes {
  return { targets: [], counts: [0, 0, 0, 0, 0], byRef: new Map(), unnamed: undefined };
}

/** @returns the result, which may change until the delivery is over; one for each target, however often it is added. */
export function addTarget(
  outcomes: TargetOutcomes,
  target: ObjectRef,
  outcome: TargetOutcome,
  more: Details = {},
): TargetResult {
  const ref = refOf(target);
  if (!outcomes.byRef.has(ref) && outcomes.unnamed?.targets.has(target)) nameAll(outcomes);
  const known = outcomes.byRef.get(ref);
  if (known !== undefined) {
    if (isBefore(outcome, known.outcome)) change(outcomes, known, outcome, more);
    else if (isLater(more.requestedAt, known.requestedAt)) known.requestedAt = more.requestedAt;
    return known;
  }
  const result: TargetResult = { ref, outcome, ...more };
  outcomes.byRef.set(ref, result);
  count(outcomes, outcome, 1);
  list(outcomes, result);
  return result;
}

/** The filters leave all of these out. */
export function addFiltered(outcomes: TargetOutcomes, targets: UnnamedTargets): void {
  nameAll(outcomes);
  // Of which some may be known the number is not enough.
  const namesAll = outcomes.byRef.size > 0;
  let named = 0;
  for (const target of targets) {
    if (!namesAll && named === MAX_LISTED) break;
    addTarget(outcomes, target, 'filtered');
    named += 1;
  }
  const left = namesAll ? 0 : targets.count - named;
  if (left > 0) outcomes.unnamed = { targets, count: left };
  count(outcomes, 'filtered', left);
}

/** What was pending is settled. */
export function settleTarget(
  outcomes: TargetOutcomes,
  result: TargetResult,
  outcome: TargetOutcome,
  more: Details = {},
): void {
  if (result.outcome === 'pending' || isBefore(outcome, result.outcome)) change(outcomes, result, outcome, more);
}

/** What was pending stood for others, which are added. */
export function dropPending(outcomes: TargetOutcomes, result: TargetResult): void {
  const { byRef, targets } = outcomes;
  if (result.outcome !== 'pending' || byRef.get(result.ref) !== result) return;
  byRef.delete(result.ref);
  count(outcomes, 'pending', -1);
  const listed = targets.indexOf(result);
  if (listed !== -1) targets.splice(listed, 1);
}

function nameAll(outcomes: TargetOutcomes): void {
  const { unnamed } = outcomes;
  if (unnamed === undefined) return;
  outcomes.unnamed = undefined;
  count(outcomes, 'filtered', -unnamed.count);
  for (const target of unnamed.targets) addTarget(outcomes, target, 'filtered');
}

function change(outcomes: TargetOutcomes, result: TargetResult, outcome: TargetOutcome, more: Details): void {
  count(outcomes, result.outcome, -1);
  count(outcomes, outcome, 1);
  const before = groupOf(result);
  Object.assign(result, more, { outcome });
  if (groupOf(result) === before) return;
  const listed = outcomes.targets.indexOf(result);
  if (listed !== -1) outcomes.targets.splice(listed, 1);
  list(outcomes, result);
}

/** Behind those of its group. The last one that is listed makes room. */
function list({ targets }: TargetOutcomes, result: TargetResult): void {
  const group = groupOf(result);
  const place = targets.findIndex((other) => groupOf(other) > group);
  targets.splice(place === -1 ? targets.length : place, 0, result);
  if (targets.length > MAX_LISTED) targets.pop();
}

/** The lower one is listed first. */
function groupOf({ outcome }: TargetResult): number {
  return outcome === 'failed' ? 0 : outcome === 'filtered' ? 2 : 1;
}

function isBefore(a: TargetOutcome, b: TargetOutcome): boolean {
  return FIRST_TO_LAST.indexOf(a) < FIRST_TO_LAST.indexOf(b);
}

/** Times of annotations have one form, so that their text has their order. */
function isLater(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a > b;
}

function refOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind}/${namespace}/${name}`;
}

function count({ counts }: TargetOutcomes, outcome: TargetOutcome, by: number): void {
  const index = TARGET_OUTCOMES.indexOf(outcome);
  counts[index] = (counts[index] ?? 0) + by;
}
