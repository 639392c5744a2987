/** The Kubernetes Events about a BrokerReceiver that follow from its reconcile. */
import {
  BROKER_RECEIVER_API_VERSION,
  BROKER_RECEIVER_KIND,
  type BrokerReceiver,
} from '../api/broker-receiver/broker-receiver.ts';
import type { EventText, Regarding } from '../kube/events/event-series.ts';
import { type RegardedObject, regarding } from '../kube/events/regarding.ts';
import type { Observed } from './desired-status.ts';

/** Success on a transition only; what is wrong, once while it stays the same. */
export function sourceEvent({ metadata, status }: BrokerReceiver, observed: Observed): EventText | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const isKnown = (reason: string, message: string): boolean =>
    ready?.reason === reason && ready.message === message && ready.observedGeneration === metadata.generation;
  if ('error' in observed) {
    const { code, message } = observed.error;
    return isKnown(code, message) ? undefined : { type: 'Warning', reason: code, note: message };
  }
  const { state, title } = observed;
  if (state.kind === 'connecting') return undefined;
  if (state.kind === 'failed') {
    return isKnown(state.code, state.message) ? undefined : { type: 'Warning', reason: 'Failed', note: state.message };
  }
  return ready?.status === 'True' ? undefined : { type: 'Normal', reason: 'Succeeded', note: `Reading ${title}` };
}

/** The BrokerReceiver, as an Event refers to it. */
export function regardingSource(object: RegardedObject): Regarding {
  return regarding({ apiVersion: BROKER_RECEIVER_API_VERSION, kind: BROKER_RECEIVER_KIND }, object);
}
