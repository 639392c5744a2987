/**
 * Collects what becomes of the targets of one delivery: all are counted, and the first few are listed; failed ones first,
 * and last those that the filters leave out.
 */
import type { ObjectRef, TargetOutcome, TargetResult } from './record.ts';
import { TARGET_OUTCOMES } from './record.ts';

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
  /** Counted as filtered: of a thousand that one filter leaves out nobody asks for more, as a rule. */
  unnamed: readonly ObjectRef[];
}

export function createTargetOutcomes(): TargetOutcomes {
  return { targets: [], counts: [0, 0, 0, 0, 0], byRef: new Map(), unnamed: [] };
}

/** @returns the result, which may change until the delivery is over; one for each target, however often it is added. */
export function addTarget(
  outcomes: TargetOutcomes,
  target: ObjectRef,
  outcome: TargetOutcome,
  more: Details = {},
): TargetResult {
  if (outcomes.unnamed.some((other) => isSame(other, target))) nameAll(outcomes);
  const ref = refOf(target);
  const known = outcomes.byRef.get(ref);
  if (known !== undefined) {
    if (isBefore(outcome, known.outcome)) change(outcomes, known, outcome, more);
    else if (isLater(more.requestedAt, known.requestedAt)) known.requestedAt = more.requestedAt;
    return known;
  }
  count(outcomes, outcome, 1);
  return name(outcomes, { ref, outcome, ...more });
}

/** The filters leave all of these out. */
export function addFiltered(outcomes: TargetOutcomes, targets: readonly ObjectRef[]): void {
  nameAll(outcomes);
  if (outcomes.byRef.size > 0 || targets.length <= MAX_LISTED) {
    for (const target of targets) addTarget(outcomes, target, 'filtered');
    return;
  }
  for (const target of targets.slice(0, MAX_LISTED)) addTarget(outcomes, target, 'filtered');
  outcomes.unnamed = targets.slice(MAX_LISTED);
  count(outcomes, 'filtered', outcomes.unnamed.length);
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

/** Of what is counted already. */
function name(outcomes: TargetOutcomes, result: TargetResult): TargetResult {
  outcomes.byRef.set(result.ref, result);
  list(outcomes, result);
  return result;
}

function nameAll(outcomes: TargetOutcomes): void {
  const { unnamed } = outcomes;
  outcomes.unnamed = [];
  for (const target of unnamed) name(outcomes, { ref: refOf(target), outcome: 'filtered' });
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

function isSame(a: ObjectRef, b: ObjectRef): boolean {
  return a.name === b.name && a.namespace === b.namespace && a.kind === b.kind;
}

function refOf({ kind, namespace, name: own }: ObjectRef): string {
  return `${kind}/${namespace}/${own}`;
}

function count({ counts }: TargetOutcomes, outcome: TargetOutcome, by: number): void {
  const index = TARGET_OUTCOMES.indexOf(outcome);
  counts[index] = (counts[index] ?? 0) + by;
}
