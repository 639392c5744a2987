/** Records notifications: each has one record, which every attempt at it updates. It has nothing of what was sent. */
import { ALERT_KIND } from '../api/alert/alert.ts';
import type { NotificationErrorCode } from '../api/errors.ts';
import { cleanText } from '../deliveries/records/clean-text.ts';
import type { Journal } from '../deliveries/records/journal.ts';
import type { DeliveryRecord, Verdict } from '../deliveries/records/record.ts';
import type { Clock } from '../observe/clock.ts';
import type { QueuedDelivery } from './queue/deliveries.ts';

/** What a notification has come to, or one attempt at it. */
export interface NotificationResult {
  readonly verdict: Verdict;
  readonly code: NotificationErrorCode | 'Delivered';
  /** Of the service's last answer. */
  readonly status?: number | undefined;
}

export interface NotificationRecorder {
  /** An attempt has ended, or there is none. */
  ended(delivery: QueuedDelivery, result: NotificationResult): void;
  /** The process ends: what was to be tried again is given up. */
  abandoned(delivery: QueuedDelivery): void;
  /** Rules of the Alert leave the event out. */
  excluded(delivery: Omit<QueuedDelivery, 'failures'>): void;
}

export interface NotificationRecorderOptions {
  readonly journal: Journal;
  /** Of the Provider by this key. */
  readonly typeOf: (providerKey: string) => string;
  readonly clock: Pick<Clock, 'now' | 'elapsedMs'>;
}

interface State {
  readonly options: NotificationRecorderOptions;
  /** Of those that are tried again. */
  readonly pending: WeakMap<QueuedDelivery, DeliveryRecord>;
}

/** Rules of the Alert, or the type of its Provider, leave the event out. */
export const EXCLUDED: NotificationResult = { verdict: 'ignored', code: 'EventExcluded' };

/** Undefined where no records are kept. */
export function createNotificationRecorder(options: NotificationRecorderOptions): NotificationRecorder | undefined {
  if (!options.journal.enabled) return undefined;
  const state: State = { options, pending: new WeakMap() };
  return {
    ended: (delivery, result) => ended(state, delivery, result),
    abandoned(delivery) {
      const known = state.pending.get(delivery);
      if (known === undefined) return;
      known.verdict = 'refused';
      options.journal.changed(known);
    },
    excluded: (delivery) => void add(options, { ...delivery, failures: 0 }, EXCLUDED),
  };
}

function ended(state: State, delivery: QueuedDelivery, result: NotificationResult): void {
  const known = state.pending.get(delivery);
  if (known !== undefined) {
    update(state.options, known, delivery, result);
    return;
  }
  const record = add(state.options, delivery, result);
  if (record?.verdict === 'pending') state.pending.set(delivery, record);
}

function add(
  { journal, typeOf, clock }: NotificationRecorderOptions,
  delivery: QueuedDelivery,
  result: NotificationResult,
): DeliveryRecord | undefined {
  const { held, alertKey, providerKey } = delivery;
  const { reason, severity } = held.event;
  const [namespace = '', name = ''] = alertKey.split('/');
  const ms = clock.elapsedMs() - held.takenAtMs;
  return journal.add({
    atMs: clock.now() - ms,
    ms,
    bytes: held.bodyBytes,
    object: { kind: ALERT_KIND, namespace, name },
    type: typeOf(providerKey),
    event: reason,
    origin: 'http',
    ...result,
    notification: {
      provider: providerKey.slice(providerKey.indexOf('/') + 1),
      involved: cleanText(held.path) ?? '',
      reason: cleanText(reason) ?? '',
      severity: cleanText(severity) ?? '',
      attempts: attemptsOf(delivery, result),
    },
  });
}

function update(
  { journal, clock }: NotificationRecorderOptions,
  known: DeliveryRecord,
  delivery: QueuedDelivery,
  result: NotificationResult,
): void {
  known.ms = clock.elapsedMs() - delivery.held.takenAtMs;
  known.verdict = result.verdict;
  known.code = result.code;
  known.status = result.status;
  if (known.notification !== undefined) known.notification.attempts = attemptsOf(delivery, result);
  journal.changed(known);
}

/** One that failed is counted already. */
function attemptsOf({ failures }: QueuedDelivery, { verdict }: NotificationResult): number {
  return verdict === 'accepted' ? failures + 1 : failures;
}
