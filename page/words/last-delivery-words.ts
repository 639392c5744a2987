/** The last delivery of an object in words. */
import type { KindPath, ObjectView } from '../api/types.ts';
import { shortRevision } from './revision-words.ts';
import { troubleCode } from './trouble-code.ts';

/** What arrives at an object of a kind. */
export const deliveryNouns: Readonly<Record<KindPath, string>> = {
  receivers: 'webhook',
  brokerreceivers: 'message',
  alerts: 'notification',
};

/** `push accepted, 4a5f2c1`, `webhook refused, SignatureMismatch`; without the time. */
export function lastDeliveryWords({ lastDelivery }: ObjectView, kind: KindPath): string {
  if (lastDelivery === undefined) return `No ${deliveryNouns[kind]} yet`;
  const { event, verdict = '', code, revision = '' } = lastDelivery;
  const what = `${event || deliveryNouns[kind]} ${verdict}`;
  const more = troubleCode(code) || shortRevision(revision);
  return more === '' ? what : `${what}, ${more}`;
}
