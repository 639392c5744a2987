/** Makes one attempt of a queued delivery, with the objects as they are by then, and reports its outcome. */
import type { Provider } from '../api/provider/provider.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../observe/clock.ts';
import { createDeliverer, type Deliverer, type DeliveryFailure, type Outcome } from './deliver.ts';
import type { DeliveryError } from './delivery-error.ts';
import type { AlertIndex } from './matching/alert-index.ts';
import type { CompiledAlert } from './matching/compile-alert.ts';
import type { AlertMetrics, ProviderLabels } from './metrics.ts';
import type { Notifiers } from './notifiers.ts';
import { providerTypes } from './providers/index.ts';
import type { QueuedDelivery } from './queue/deliveries.ts';
import { EXCLUDED, type NotificationRecorder, type NotificationResult } from './record-notification.ts';
import type { AlertReports } from './reports.ts';

export interface Attempts {
  /** @throws DeliveryFailure */
  attempt(delivery: QueuedDelivery): Promise<void>;
  onFailed(delivery: QueuedDelivery, error: DeliveryError, retryInMs: number | undefined): void;
  /** The process ends before it was delivered. */
  onAbandoned(delivery: QueuedDelivery): void;
  /** Its event made room for others. */
  onDropped(delivery: QueuedDelivery): void;
}

export interface AttemptsOptions {
  readonly index: AlertIndex;
  /** By `namespace/name`. */
  readonly providers: ReadonlyMap<string, Provider>;
  readonly notifiers: Notifiers;
  readonly reports: AlertReports;
  readonly metrics: AlertMetrics;
  /** Undefined: no records are kept. */
  readonly recorder?: NotificationRecorder | undefined;
  readonly config: Pick<Config, 'noCrossNamespaceRefs' | 'featureGates' | 'defaultServiceAccount'>;
  readonly clock: Clock;
}

interface State {
  readonly options: AttemptsOptions;
  readonly deliverer: Deliverer;
}

/** The first failures are told, and the last: between them only the debug log says that it is retried. */
const TOLD_FAILURES = 1;

const DROPPED: NotificationResult = { verdict: 'refused', code: 'NotificationsFull' };
const SUSPENDED: NotificationResult = { verdict: 'ignored', code: 'AlertSuspended' };

export function createAttempts(options: AttemptsOptions): Attempts {
  const { notifiers, reports, recorder, config, clock } = options;
  const deliverer = createDeliverer({
    types: providerTypes,
    notifiers,
    sameNamespaceOnly: config.noCrossNamespaceRefs,
    workloadIdentity: config.featureGates.objectLevelWorkloadIdentity,
    onConflicts: ({ alert, event }, conflicts) => reports.conflicts(alert, event, conflicts),
    onMessageFailed: (alert, error) => reports.messageFailed(alert, error),
    clock,
  });
  const state: State = { options, deliverer };
  return {
    attempt: (delivery) => attempt(state, delivery),
    onFailed(delivery, error, retryInMs) {
      const alert = options.index.get(delivery.alertKey);
      const labels = labelsOf(options, delivery, alert);
      if (retryInMs === undefined) options.metrics.sent(labels, 'failed');
      else options.metrics.retried(labels);
      const { code, status } = error as DeliveryFailure;
      recorder?.ended(delivery, { verdict: retryInMs === undefined ? 'refused' : 'pending', code, status });
      if (alert === undefined) return;
      const { held, failures } = delivery;
      const report = retryInMs !== undefined && failures > TOLD_FAILURES ? reports.failedAgain : reports.failed;
      report(alert.alert, held.event, error as DeliveryFailure, retryInMs);
    },
    onAbandoned(delivery) {
      const alert = options.index.get(delivery.alertKey);
      options.metrics.sent(labelsOf(options, delivery, alert), 'given_up');
      recorder?.abandoned(delivery);
      if (alert !== undefined) reports.abandoned(alert.alert, delivery.held.event);
    },
    onDropped: (delivery) => recorder?.ended(delivery, DROPPED),
  };
}

async function attempt({ options, deliverer }: State, delivery: QueuedDelivery): Promise<void> {
  const { index, providers, metrics, recorder, clock } = options;
  const compiled = index.get(delivery.alertKey);
  // Deleted or suspended meanwhile: the event is dropped.
  if (compiled === undefined) return;
  if (compiled.alert.spec.suspend === true) {
    recorder?.ended(delivery, SUSPENDED);
    return;
  }
  const { event } = delivery.held;
  const { alert, message } = compiled;
  const provider = providers.get(compiled.providerKey);
  const labels = labelsOf(options, delivery, compiled);
  const isRetry = delivery.failures > 0;
  const startedMs = clock.elapsedMs();
  const took = () => metrics.took(labels, (clock.elapsedMs() - startedMs) / 1_000);
  const answer = { status: undefined };
  const outcome = await deliverer
    .deliver({ event, alert, provider, message, isRetry, answer })
    .catch((error: unknown) => {
      took();
      throw error;
    });
  if (outcome === 'delivered') took();
  metrics.sent(labels, outcome === 'delivered' ? 'delivered' : 'skipped');
  // What is silent is a controller's own update, for commit statuses alone: nobody looks for it.
  if (outcome !== 'silent') recorder?.ended(delivery, resultOf(outcome, answer));
  tell(options, compiled, delivery, outcome);
}

function resultOf(
  outcome: Exclude<Outcome, 'silent'>,
  { status }: { readonly status: number | undefined },
): NotificationResult {
  if (outcome === 'delivered') return { verdict: 'accepted', code: 'Delivered', status };
  return outcome === 'provider suspended' ? SUSPENDED : EXCLUDED;
}

function tell(
  { reports }: AttemptsOptions,
  { alert }: CompiledAlert,
  { held }: QueuedDelivery,
  outcome: Outcome,
): void {
  if (outcome === 'no commit') reports.missingKey(alert, held.event, 'commit');
  if (outcome === 'no change request') reports.missingKey(alert, held.event, 'change request');
}

/** One of a bounded set: `unknown` for every other. */
export function typeOfProvider(provider: Provider | undefined): string {
  const type = provider?.spec.type ?? '';
  return providerTypes.has(type) ? type : 'unknown';
}

function labelsOf(
  { providers }: AttemptsOptions,
  delivery: QueuedDelivery,
  compiled: CompiledAlert | undefined,
): ProviderLabels {
  const key = compiled?.providerKey ?? delivery.providerKey;
  const [namespace = '', name = ''] = key.split('/');
  return { type: typeOfProvider(providers.get(key)), namespace, name };
}
