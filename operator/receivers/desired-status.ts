/** The status that a Receiver should have, from the one it has and what its reconcile found. Pure. */
import type { ReceiverError } from '../api/errors.ts';
import { type Condition, REQUESTED_AT_ANNOTATION, type Receiver, type ReceiverStatus } from '../api/receiver.ts';
import { removeCondition, setCondition } from '../kube/conditions.ts';

/** Ready at a path, or not, and why. */
export type Outcome = { readonly path: string } | { readonly error: ReceiverError };

const TYPES = ['Ready', 'Reconciling', 'Stalled'] as const;

function wanted(
  outcome: Outcome,
): Partial<Record<(typeof TYPES)[number], Pick<Condition, 'status' | 'reason' | 'message'>>> {
  if ('path' in outcome) {
    const message = `Receiver initialized for path: ${outcome.path}`;
    return { Ready: { status: 'True', reason: 'Succeeded', message } };
  }
  const { code: reason, message, terminal } = outcome.error;
  const Ready = { status: 'False', reason, message } as const;
  if (terminal) return { Ready, Stalled: { status: 'True', reason, message } };
  return { Ready, Reconciling: { status: 'True', reason: 'ProgressingWithRetry', message } };
}

function pathOf(outcome: Outcome, before: string | undefined): string | undefined {
  if ('path' in outcome) return outcome.path;
  return outcome.error.terminal ? before : undefined;
}

/** @param nowMs since the epoch; the transition time of what changes, to the second. */
export function desiredStatus(receiver: Receiver, outcome: Outcome, nowMs: number): ReceiverStatus {
  const before = receiver.status ?? {};
  const generation = receiver.metadata.generation ?? 0;
  const want = wanted(outcome);
  let conditions = before.conditions ?? [];
  for (const type of TYPES) {
    const condition = want[type];
    conditions =
      condition === undefined
        ? removeCondition(conditions, type)
        : setCondition(conditions, { type, ...condition, observedGeneration: generation }, nowMs);
  }
  const settled = 'path' in outcome || outcome.error.terminal;
  const observedGeneration = settled ? generation : before.observedGeneration;
  const webhookPath = pathOf(outcome, before.webhookPath);
  const handled = receiver.metadata.annotations?.[REQUESTED_AT_ANNOTATION] ?? before.lastHandledReconcileAt;
  const { webhookPath: _path, observedGeneration: _generation, lastHandledReconcileAt: _handled, ...rest } = before;
  return {
    ...rest,
    conditions,
    ...(webhookPath === undefined ? {} : { webhookPath }),
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    ...(handled === undefined ? {} : { lastHandledReconcileAt: handled }),
  };
}
