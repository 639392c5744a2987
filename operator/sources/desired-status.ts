/** The status that a BrokerReceiver should have, from the one it has and what is found of it. Pure. */
import type { BrokerReceiver, BrokerReceiverStatus } from '../api/broker-receiver/broker-receiver.ts';
import type { ReceiverError } from '../api/errors.ts';
import { type Condition, REQUESTED_AT_ANNOTATION } from '../api/meta.ts';
import { removeCondition, setCondition } from '../kube/conditions.ts';
import type { ConnectionState } from './connection.ts';

/** What is found of a BrokerReceiver: how its connection is, or why there can be none. */
export type Observed =
  | {
      readonly state: ConnectionState;
      /** What is read, for people. */
      readonly title: string;
      /** The last request to connect again that was answered. */
      readonly handledRequest: string | undefined;
    }
  | { readonly error: ReceiverError };

const TYPES = ['Ready', 'Reconciling', 'Stalled'] as const;
type Wanted = Partial<Record<(typeof TYPES)[number], Pick<Condition, 'status' | 'reason' | 'message'>>>;

function wanted(observed: Observed): Wanted {
  if ('error' in observed) {
    const { code: reason, message } = observed.error;
    const condition = { reason, message };
    return { Ready: { status: 'False', ...condition }, Stalled: { status: 'True', ...condition } };
  }
  const { state, title } = observed;
  if (state.kind === 'reading') {
    const message = [`reading ${title}`, ...state.notes].join('; ');
    return { Ready: { status: 'True', reason: 'Succeeded', message } };
  }
  if (state.kind === 'connecting') {
    const condition = { reason: 'Progressing', message: `connecting to ${title}` };
    return { Ready: { status: 'Unknown', ...condition }, Reconciling: { status: 'True', ...condition } };
  }
  const { code: reason, message } = state;
  return {
    Ready: { status: 'False', reason, message },
    Reconciling: { status: 'True', reason: 'ProgressingWithRetry', message },
  };
}

function isSettled(observed: Observed): boolean {
  return 'error' in observed || observed.state.kind === 'reading';
}

/** A spec that cannot be read at all answers every request. */
function handledOf({ metadata, status }: BrokerReceiver, observed: Observed): string | undefined {
  const handled = 'error' in observed ? metadata.annotations?.[REQUESTED_AT_ANNOTATION] : observed.handledRequest;
  return handled ?? status?.lastHandledReconcileAt;
}

/** @param nowMs since the epoch; the transition time of what changes, to the second. */
export function desiredStatus(object: BrokerReceiver, observed: Observed, nowMs: number): BrokerReceiverStatus {
  const { metadata, status: before = {} } = object;
  const generation = metadata.generation ?? 0;
  const want = wanted(observed);
  let conditions = before.conditions ?? [];
  for (const type of TYPES) {
    const condition = want[type];
    conditions =
      condition === undefined
        ? removeCondition(conditions, type)
        : setCondition(conditions, { type, ...condition, observedGeneration: generation }, nowMs);
  }
  const handled = handledOf(object, observed);
  return {
    ...before,
    conditions,
    ...(isSettled(observed) ? { observedGeneration: generation } : {}),
    ...(handled === undefined ? {} : { lastHandledReconcileAt: handled }),
  };
}
