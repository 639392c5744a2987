/** Collects what becomes of the targets of one delivery: all are counted, and the first few are listed, failed ones first. */
import type { TargetOutcome, TargetResult } from './record.ts';
import { TARGET_OUTCOMES } from './record.ts';

/** How many targets of a delivery are listed. */
const MAX_LISTED = 16;
/** Of a target that several events of a delivery mean the first of these counts that one has. */
const FIRST_TO_LAST: readonly TargetOutcome[] = ['failed', 'pending', 'annotated', 'coalesced', 'filtered'];

type Details = Pick<TargetResult, 'code' | 'requestedAt'>;

export interface TargetOutcomes {
  /** At most 16, failed ones first. */
  readonly targets: TargetResult[];
  /** In the order of `TARGET_OUTCOMES`. */
  readonly counts: number[];
  /** Every target, those that are not listed among them. */
  readonly byRef: Map<string, TargetResult>;
}

export function createTargetOutcomes(): TargetOutcomes {
  return { targets: [], counts: [0, 0, 0, 0, 0], byRef: new Map() };
}

/** @returns the result, which may change until the delivery is over; one for each target, however often it is added. */
export function addTarget(
  outcomes: TargetOutcomes,
  ref: string,
  outcome: TargetOutcome,
  more: Details = {},
): TargetResult {
  const known = outcomes.byRef.get(ref);
  if (known !== undefined) {
    if (isBefore(outcome, known.outcome)) change(outcomes, known, outcome, more);
    else if (isLater(more.requestedAt, known.requestedAt)) known.requestedAt = more.requestedAt;
    return known;
  }
  const result: TargetResult = { ref, outcome, ...more };
  outcomes.byRef.set(ref, result);
  count(outcomes, outcome, 1);
  if (outcome === 'failed') listFirst(outcomes, result);
  else if (outcomes.targets.length < MAX_LISTED) outcomes.targets.push(result);
  return result;
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

function change(outcomes: TargetOutcomes, result: TargetResult, outcome: TargetOutcome, more: Details): void {
  count(outcomes, result.outcome, -1);
  count(outcomes, outcome, 1);
  Object.assign(result, more, { outcome });
  if (outcome === 'failed') listFirst(outcomes, result);
}

/** Behind those that failed before. The last one that is listed makes room. */
function listFirst({ targets }: TargetOutcomes, result: TargetResult): void {
  const listed = targets.indexOf(result);
  if (listed !== -1) targets.splice(listed, 1);
  const place = targets.findIndex(({ outcome }) => outcome !== 'failed');
  targets.splice(place === -1 ? targets.length : place, 0, result);
  if (targets.length > MAX_LISTED) targets.pop();
}

function isBefore(a: TargetOutcome, b: TargetOutcome): boolean {
  return FIRST_TO_LAST.indexOf(a) < FIRST_TO_LAST.indexOf(b);
}

/** Times of annotations have one form, so that their text has their order. */
function isLater(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a > b;
}

function count({ counts }: TargetOutcomes, outcome: TargetOutcome, by: number): void {
  const index = TARGET_OUTCOMES.indexOf(outcome);
  counts[index] = (counts[index] ?? 0) + by;
}
