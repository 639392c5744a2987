import { Counter, Gauge, type Registry } from 'prom-client';

/** Of the notifications that follow from webhooks. */
export interface ReceiverMetrics {
  /** Targets that senders were promised (202) and that are not yet annotated. */
  readonly notificationsPending: Gauge;
  /** Webhooks that shared their PATCH with another one. */
  readonly notificationsCoalesced: Counter;
  /** Pending targets that were given up because the process ended first. */
  readonly notificationsAbandoned: Counter;
}

/**
 * Registers the metrics of Receivers.
 * @param pending read when metrics are collected.
 */
export function createReceiverMetrics(
  registry: Registry,
  pending: () => { readonly oldestAgeSeconds: number },
): ReceiverMetrics {
  const registers = [registry];
  new Gauge({
    name: 'sluice_notifications_pending_oldest_seconds',
    help: 'The age of the oldest target that was promised to a sender and is not yet annotated; 0 without one',
    registers,
    collect() {
      this.set(pending().oldestAgeSeconds);
    },
  });
  return {
    notificationsPending: new Gauge({
      name: 'sluice_notifications_pending',
      help: 'Targets that were promised to a sender and are not yet annotated',
      registers,
    }),
    notificationsCoalesced: new Counter({
      name: 'sluice_notifications_coalesced_total',
      help: 'Webhooks that shared their PATCH with another one',
      registers,
    }),
    notificationsAbandoned: new Counter({
      name: 'sluice_notifications_abandoned_total',
      help: 'Pending targets that were given up because the process ended',
      registers,
    }),
  };
}
