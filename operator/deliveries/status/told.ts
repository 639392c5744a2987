/** What the status of a Receiver or BrokerReceiver says of its deliveries. Pure. */
import { isDeepStrictEqual } from 'node:util';
import {
  BROKER_RECEIVER_API_VERSION,
  BROKER_RECEIVER_KIND,
  type BrokerReceiver,
} from '../../api/broker-receiver/broker-receiver.ts';
import type { LastDelivery } from '../../api/deliveries.ts';
import type { Condition } from '../../api/meta.ts';
import { RECEIVER_API_VERSION, RECEIVER_KIND, type Receiver } from '../../api/receiver/receiver.ts';
import type { StatusAddition } from '../../platform/status-additions.ts';
import type { Noun } from './delivering.ts';

/** An object whose status tells of its deliveries. */
export type Told = Receiver | BrokerReceiver;

export interface ToldKind {
  readonly apiVersion: string;
  readonly noun: Noun;
  /** Whether its status has `lastDelivery`. */
  readonly tellsLast: boolean;
}

/** By kind. */
export const toldKinds: ReadonlyMap<string, ToldKind> = new Map([
  [RECEIVER_KIND, { apiVersion: RECEIVER_API_VERSION, noun: 'webhook', tellsLast: true }],
  [BROKER_RECEIVER_KIND, { apiVersion: BROKER_RECEIVER_API_VERSION, noun: 'message', tellsLast: false }],
]);

/** Its condition `Delivering`. */
export function heldOf({ status }: Told): Condition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Delivering');
}

export function lastOf({ status = {} }: Told): LastDelivery | undefined {
  return 'lastDelivery' in status ? status.lastDelivery : undefined;
}

/** Whether the status says that something came, ever. */
export function hasCome(told: Told): boolean {
  const { status = {} } = told;
  const time = 'lastMessageTime' in status ? status.lastMessageTime : lastOf(told)?.time;
  return time !== undefined;
}

/** Whether the status has what was to be added to it. */
export function isWritten({ conditions = [], fields = {} }: StatusAddition, { status = {} }: Told): boolean {
  const hasAll = conditions.every((wanted) =>
    status.conditions?.some(
      ({ type, status: is, reason, message }) =>
        type === wanted.type && is === wanted.status && reason === wanted.reason && message === wanted.message,
    ),
  );
  const has = status as Readonly<Record<string, unknown>>;
  return hasAll && Object.entries(fields).every(([field, value]) => isDeepStrictEqual(has[field], value));
}
