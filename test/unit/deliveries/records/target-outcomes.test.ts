/** What a record lists of the targets of a delivery, and how it counts them. */
import { describe, expect, it } from 'vitest';
import { type ObjectRef, TARGET_OUTCOMES, type TargetOutcome } from '../../../../operator/deliveries/records/record.ts';
import {
  addFiltered,
  addTarget,
  createTargetOutcomes,
  settleTarget,
  type TargetOutcomes,
} from '../../../../operator/deliveries/records/target-outcomes.ts';
import type { UnnamedTargets } from '../../../../operator/deliveries/records/unnamed-targets.ts';

const object = (index: number): ObjectRef => ({ kind: 'GitRepository', namespace: 'apps', name: `${index}` });
const ref = (index: number) => `GitRepository/apps/${index}`;
const shown = ({ targets }: TargetOutcomes) => targets.map((target) => `${target.outcome} ${target.ref}`);
const counted = ({ counts }: TargetOutcomes) =>
  Object.fromEntries(TARGET_OUTCOMES.map((outcome, index) => [outcome, counts[index]]).filter(([, count]) => count));

describe('the targets of a delivery', () => {
  it('are 16 at most, failed ones first, and all are counted', () => {
    const outcomes = createTargetOutcomes();
    for (let index = 0; index < 20; index++) addTarget(outcomes, object(index), index < 18 ? 'annotated' : 'failed');
    expect(shown(outcomes)).toHaveLength(16);
    expect(shown(outcomes).slice(0, 3)).toEqual([`failed ${ref(18)}`, `failed ${ref(19)}`, `annotated ${ref(0)}`]);
    expect(counted(outcomes)).toEqual({ annotated: 18, failed: 2 });
  });

  it('have one first that fails after it was pending, also where it was not listed', () => {
    const outcomes = createTargetOutcomes();
    const pending = Array.from({ length: 20 }, (_, index) => addTarget(outcomes, object(index), 'pending'));
    for (const [index, result] of pending.entries()) {
      settleTarget(outcomes, result, index % 19 === 18 || index === 3 ? 'failed' : 'annotated', { requestedAt: 'r' });
    }
    expect(shown(outcomes)).toHaveLength(16);
    expect(shown(outcomes).slice(0, 3)).toEqual([`failed ${ref(3)}`, `failed ${ref(18)}`, `annotated ${ref(0)}`]);
    expect(counted(outcomes)).toEqual({ annotated: 18, failed: 2 });
  });

  const left = (objects: readonly ObjectRef[]): UnnamedTargets => ({
    count: objects.length,
    has: (target) => objects.some(({ name }) => name === target.name),
    [Symbol.iterator]: () => objects.values(),
  });
  const thousand = Array.from({ length: 1_000 }, (_, index) => object(index));

  it('have those last that the filters leave out, however many they are', () => {
    const outcomes = createTargetOutcomes();
    addFiltered(outcomes, left(thousand.slice(0, 999)));
    addTarget(outcomes, object(999), 'annotated', { requestedAt: 'r' });
    expect(shown(outcomes)).toHaveLength(16);
    expect(shown(outcomes).slice(0, 2)).toEqual([`annotated ${ref(999)}`, `filtered ${ref(0)}`]);
    expect(counted(outcomes)).toEqual({ annotated: 1, filtered: 999 });
  });

  it('are listed where another event has them annotated whom the filters left out for the first', () => {
    const outcomes = createTargetOutcomes();
    addFiltered(outcomes, left(thousand));
    for (const index of [3, 500]) addTarget(outcomes, object(index), 'annotated');
    expect(shown(outcomes).slice(0, 3)).toEqual([`annotated ${ref(3)}`, `annotated ${ref(500)}`, `filtered ${ref(0)}`]);
    expect(counted(outcomes)).toEqual({ annotated: 2, filtered: 998 });
  });

  it('are counted once where the filters leave the same out for each of several events', () => {
    const outcomes = createTargetOutcomes();
    addTarget(outcomes, object(7), 'coalesced');
    for (let event = 0; event < 3; event++) addFiltered(outcomes, left(thousand));
    expect(shown(outcomes)).toHaveLength(16);
    expect(shown(outcomes)[0]).toBe(`coalesced ${ref(7)}`);
    expect(counted(outcomes)).toEqual({ coalesced: 1, filtered: 999 });
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
    for (const each of [first, then, first]) addTarget(outcomes, object(0), each);
    expect(shown(outcomes)).toEqual([`${outcome} ${ref(0)}`]);
    expect(counted(outcomes)).toEqual({ [outcome]: 1 });
  });

  it('have what they were annotated with last', () => {
    const outcomes = createTargetOutcomes();
    for (const requestedAt of ['2026-11-26T10:00:01Z', '2026-11-26T10:00:03Z', '2026-11-26T10:00:02Z']) {
      addTarget(outcomes, object(0), 'annotated', { requestedAt });
    }
    expect(outcomes.targets[0]?.requestedAt).toBe('2026-11-26T10:00:03Z');
  });

  it('stay failed for one event where what was pending for another is done', () => {
    const outcomes = createTargetOutcomes();
    const result = addTarget(outcomes, object(0), 'pending');
    addTarget(outcomes, object(0), 'failed', { code: 'FilterFailed' });
    settleTarget(outcomes, result, 'annotated', { requestedAt: 'r' });
    expect(outcomes.targets).toEqual([{ ref: ref(0), outcome: 'failed', code: 'FilterFailed' }]);
    expect(counted(outcomes)).toEqual({ failed: 1 });
  });
});
