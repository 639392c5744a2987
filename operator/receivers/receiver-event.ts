import { printGoDuration } from '../api/go-duration.ts';
import { intervalMs, RECEIVER_API_VERSION, RECEIVER_KIND, type Receiver } from '../api/receiver/receiver.ts';
import type { EventText, Regarding } from '../kube/events/event-series.ts';
import { type RegardedObject, regarding } from '../kube/events/regarding.ts';
import type { Outcome } from './desired-status.ts';

/** The Event that a reconcile is worth: success on a transition only, a stall once, a retried error each time. */
export function receiverEvent({ metadata, spec, status }: Receiver, outcome: Outcome): EventText | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if ('path' in outcome) {
    if (ready?.status === 'True') return undefined;
    const note = `Reconciliation finished, next run in ${printGoDuration(intervalMs(spec))}`;
    return { type: 'Normal', reason: 'Succeeded', note };
  }
  const { code, message, terminal } = outcome.error;
  if (terminal && ready?.reason === code && ready.observedGeneration === metadata.generation) return undefined;
  return { type: 'Warning', reason: terminal ? code : 'Failed', note: message };
}

/** The Receiver, as an Event refers to it. */
export function regardingReceiver(receiver: RegardedObject): Regarding {
  return regarding({ apiVersion: RECEIVER_API_VERSION, kind: RECEIVER_KIND }, receiver);
}
