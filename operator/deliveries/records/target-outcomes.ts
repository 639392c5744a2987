/** Collects what becomes of the targets of one delivery: all are counted, and the first few are listed, failed ones first. */
import type { TargetOutcome, TargetResult } from './record.ts';
import { TARGET_OUTCOMES } from './record.ts';

/** How many targets of a delivery are listed. */
const MAX_LISTED = 16;

export interface TargetOutcomes {
  /** At most 16, failed ones first. */
  readonly targets: TargetResult[];
  /** In the order of `TARGET_OUTCOMES`. */
  readonly counts: number[];
}

export function createTargetOutcomes(): TargetOutcomes {
  return { targets: [], counts: [0, 0, 0, 0, 0] };
}

/** @returns the result, which may change until the delivery is over. */
export function addTarget(
  outcomes: TargetOutcomes,
  ref: string,
  outcome: TargetOutcome,
  more: Pick<TargetResult, 'code' | 'requestedAt'> = {},
): TargetResult {
  const result: TargetResult = { ref, outcome, ...more };
  count(outcomes, outcome, 1);
  const { targets } = outcomes;
  if (outcome !== 'failed') {
    if (targets.length < MAX_LISTED) targets.push(result);
    return result;
  }
  const place = targets.findIndex((other) => other.outcome !== 'failed');
  if (place !== -1) targets.splice(place, 0, result);
  else if (targets.length < MAX_LISTED) targets.push(result);
  if (targets.length > MAX_LISTED) targets.pop();
  return result;
}

/** What was pending is settled. */
export function settleTarget(
  outcomes: TargetOutcomes,
  result: TargetResult,
  outcome: TargetOutcome,
  more: Pick<TargetResult, 'code' | 'requestedAt'> = {},
): void {
  count(outcomes, result.outcome, -1);
  count(outcomes, outcome, 1);
  Object.assign(result, more, { outcome });
}

function count({ counts }: TargetOutcomes, outcome: TargetOutcome, by: number): void {
  const index = TARGET_OUTCOMES.indexOf(outcome);
  counts[index] = (counts[index] ?? 0) + by;
}
