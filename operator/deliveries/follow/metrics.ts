import { Counter, Histogram, type Registry } from 'prom-client';
import type { ObjectRef } from '../records/record.ts';

/** What came of one more annotation of a source that lags: `lagging` still, `ended` by another push, a failure or `suspend`. */
export type NudgeOutcome = 'fresh' | 'lagging' | 'ended' | 'error';

export interface FollowMetrics {
  /** The source has what was announced, so long after the webhook. */
  artifact(target: ObjectRef, seconds: number): void;
  /** It is applied, so long after the webhook. */
  applied(target: ObjectRef, seconds: number): void;
  nudge(outcome: NudgeOutcome): void;
  /** A source moved to a revision that nobody announced. */
  movedSilently(target: ObjectRef): void;
}

export interface FollowMetricsOptions {
  readonly registry: Registry;
  readonly perObject: boolean;
}

const SECONDS = [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];
const NUDGE_OUTCOMES: readonly NudgeOutcome[] = ['fresh', 'lagging', 'ended', 'error'];

export function createFollowMetrics({ registry, perObject }: FollowMetricsOptions): FollowMetrics {
  const labelNames = perObject ? (['kind', 'namespace', 'name'] as const) : (['kind'] as const);
  const common = { labelNames, buckets: SECONDS, registers: [registry] };
  const artifact = new Histogram<'kind' | 'namespace' | 'name'>({
    ...common,
    name: 'sluice_push_to_artifact_seconds',
    help: 'How long after its webhook a source had the revision that was announced',
  });
  const applied = new Histogram<'kind' | 'namespace' | 'name'>({
    ...common,
    name: 'sluice_push_to_applied_seconds',
    help: 'How long after its webhook the revision that was announced was applied, with --follow applied',
  });
  const nudges = new Counter({
    name: 'sluice_freshness_nudges_total',
    help: 'Sources that were annotated again as they had the revision before, by what came of it',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const moved = new Counter<'kind' | 'namespace' | 'name'>({
    name: 'sluice_moved_without_webhook_total',
    help: 'Moves of sources, found by polling, to revisions that no webhook announced; counted by the leader',
    labelNames,
    registers: [registry],
  });
  for (const outcome of NUDGE_OUTCOMES) nudges.inc({ outcome }, 0);
  const labelsOf = (target: ObjectRef) => (perObject ? { ...target } : { kind: target.kind });
  return {
    artifact: (target, seconds) => artifact.observe(labelsOf(target), seconds),
    applied: (target, seconds) => applied.observe(labelsOf(target), seconds),
    nudge: (outcome) => nudges.inc({ outcome }),
    movedSilently: (target) => moved.inc(labelsOf(target)),
  };
}
