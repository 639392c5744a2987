/** What a record lists of the targets of a delivery, and how it counts them. */
import { describe, expect, it } from 'vitest';
import { TARGET_OUTCOMES, type TargetOutcome } from '../../../../operator/deliveries/records/record.ts';
import {
  addTarget,
  createTargetOutcomes,
  settleTarget,
  type TargetOutcomes,
} from '../../../../operator/deliveries/records/target-outcomes.ts';

const ref = (index: number) => `GitRepository/apps/${index}`;
const shown = ({ targets }: TargetOutcomes) => targets.map((target) => `${target.outcome} ${target.ref}`);
const counted = ({ counts }: TargetOutcomes) =>
  Object.fromEntries(TARGET_OUTCOMES.map((outcome, index) => [outcome, counts[index]]).filter(([, count]) => count));

describe('the targets of a delivery', () => {
  it('are 16 at most, failed ones first, and all are counted', () => {
    const outcomes = createTargetOutcomes();
    for (let index = 0; index < 20; index++) addTarget(outcomes, ref(index), index < 18 ? 'annotated' : 'failed');
    expect(shown(outcomes)).toHaveLength(16);
    expect(shown(outcomes).slice(0, 3)).toEqual([`failed ${ref(18)}`, `failed ${ref(19)}`, `annotated ${ref(0)}`]);
    expect(counted(outcomes)).toEqual({ annotated: 18, failed: 2 });
  });

  it('have one first that fails after it was pending, also where it was not listed', () => {
    const outcomes = createTargetOutcomes();
    const pending = Array.from({ length: 20 }, (_, index) => addTarget(outcomes, ref(index), 'pending'));
    for (const [index, result] of pending.entries()) {
      settleTarget(outcomes, result, index % 19 === 18 || index === 3 ? 'failed' : 'annotated', { requestedAt: 'r' });
    }
    expect(shown(outcomes)).toHaveLength(16);
    expect(shown(outcomes).slice(0, 3)).toEqual([`failed ${ref(3)}`, `failed ${ref(18)}`, `annotated ${ref(0)}`]);
    expect(counted(outcomes)).toEqual({ annotated: 18, failed: 2 });
  });

  it.each<[first: TargetOutcome, then: TargetOutcome, outcome: TargetOutcome]>([
    ['filtered', 'annotated', 'annotated'],
    ['annotated', 'filtered', 'annotated'],
    ['annotated', 'coalesced', 'annotated'],
    ['coalesced', 'pending', 'pending'],
    ['pending', 'failed', 'failed'],
    ['failed', 'annotated', 'failed'],
  ])('are one row each, whatever number of events means them: %s and %s', (first, then, outcome) => {
    const outcomes = createTargetOutcomes();
    for (const each of [first, then, first]) addTarget(outcomes, ref(0), each);
    expect(shown(outcomes)).toEqual([`${outcome} ${ref(0)}`]);
    expect(counted(outcomes)).toEqual({ [outcome]: 1 });
  });

  it('have what they were annotated with last', () => {
    const outcomes = createTargetOutcomes();
    for (const requestedAt of ['2026-11-26T10:00:01Z', '2026-11-26T10:00:03Z', '2026-11-26T10:00:02Z']) {
      addTarget(outcomes, ref(0), 'annotated', { requestedAt });
    }
    expect(outcomes.targets[0]?.requestedAt).toBe('2026-11-26T10:00:03Z');
  });

  it('stay failed for one event where what was pending for another is done', () => {
    const outcomes = createTargetOutcomes();
    const result = addTarget(outcomes, ref(0), 'pending');
    addTarget(outcomes, ref(0), 'failed', { code: 'FilterFailed' });
    settleTarget(outcomes, result, 'annotated', { requestedAt: 'r' });
    expect(outcomes.targets).toEqual([{ ref: ref(0), outcome: 'failed', code: 'FilterFailed' }]);
    expect(counted(outcomes)).toEqual({ failed: 1 });
  });
});
