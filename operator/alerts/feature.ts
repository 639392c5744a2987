/** Serves Alerts and Providers: takes the events that Flux's controllers post, and delivers them. */
import { ALERT_KIND, type Alert } from '../api/alert/alert.ts';
import { PROVIDER_KIND, type Provider } from '../api/provider/provider.ts';
import type { Config } from '../config.ts';
import type { ServedEndpoint } from '../http/endpoint.ts';
import { systemClock } from '../observe/clock.ts';
import type { Cluster, WatchedKind } from '../platform/cluster.ts';
import type { CreateFeature, Feature } from '../platform/feature.ts';
import { createAttempts } from './attempts.ts';
import { createEventEndpoint } from './endpoint.ts';
import { createDuplicateLimit } from './events/duplicate-limit.ts';
import { createIntake, type Intake } from './intake.ts';
import { createAlertIndex } from './matching/alert-index.ts';
import { createReadLabels } from './matching/object-labels.ts';
import { type AlertMetrics, createAlertMetrics, eventServerMessages } from './metrics.ts';
import { createNotifiers } from './notifiers.ts';
import { providerTypes } from './providers/index.ts';
import { createDeliveries, type Deliveries } from './queue/deliveries.ts';
import { createEventStore, type EventStore } from './queue/event-store.ts';
import { ALERTS, createReconcilers, PROVIDERS, type Reconcilers } from './reconcilers.ts';
import { createAlertReports } from './reports.ts';

/** What the events that wait may hold. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024;
/** What is dropped for want of room is told that often. */
const DROPPED_LOG_MS = 60_000;

/** The kinds that are watched; none before `start`. */
interface Watches {
  alerts: WatchedKind | undefined;
  providers: WatchedKind | undefined;
}

export const alerts: CreateFeature = (cluster, config) => {
  const watches: Watches = { alerts: undefined, providers: undefined };
  const parts = createParts(cluster, config, () => missing(watches).length === 0);
  return {
    name: 'alerts',
    endpoints: { events: parts.served },
    async start() {
      watches.providers = await cluster.watch<Provider>({
        type: PROVIDERS,
        kind: PROVIDER_KIND,
        reconcile: parts.reconcileProvider,
      });
      watches.alerts = await cluster.watch<Alert>({ type: ALERTS, kind: ALERT_KIND, reconcile: parts.reconcileAlert });
    },
    lead() {
      for (const watch of [watches.alerts, watches.providers]) {
        for (const key of watch?.keys() ?? []) watch?.enqueue(key, 'backlog');
      }
    },
    missing: () => missing(watches),
    flush: parts.flush,
    stop: parts.stop,
  };
};

function missing({ alerts: ofAlerts, providers }: Watches): string[] {
  return [
    ...(ofAlerts?.hasHandledAll() === true ? [] : ['not every Alert is reconciled yet']),
    ...(providers?.hasHandledAll() === true ? [] : ['not every Provider is reconciled yet']),
  ];
}

interface Parts extends Pick<Feature, 'flush' | 'stop'>, Reconcilers {
  readonly served: ServedEndpoint;
}

function createParts(cluster: Cluster, config: Config, isComplete: () => boolean): Parts {
  const { client, discovery, log, secrets } = cluster;
  const clock = systemClock;
  const index = createAlertIndex();
  const providers = new Map<string, Provider>();
  const reports = createAlertReports({ events: cluster.replicaEvents, log });
  const notifiers = createNotifiers({
    types: providerTypes,
    secret: secrets.get,
    allowLinkLocal: config.alertAllowLinkLocal,
  });
  const metrics = createAlertMetrics({
    registry: cluster.metrics.registry,
    perObject: config.metricsPerObject,
    queue: () => ({ length: deliveries.size, oldestAgeSeconds: ageOf(store.oldestAtMs) }),
  });
  const ageOf = (sinceMs: number | undefined) => (sinceMs === undefined ? 0 : (clock.elapsedMs() - sinceMs) / 1_000);
  const store = storeOf(cluster, config, metrics);
  const attempts = createAttempts({ index, providers, notifiers, reports, metrics, config, clock });
  const deliveries: Deliveries = createDeliveries({ store, ...attempts, retryForMs: config.alertRetryForMs, clock });
  const readLabels = createReadLabels(client, discovery);
  const intake = createIntake({ index, isComplete, readLabels, store, deliveries, reports, clock });
  secrets.subscribe((key) => {
    for (const providerKey of notifiers.usersOf(key)) deliveries.retryNow(providerKey);
  });
  const limit = createDuplicateLimit(config.rateLimitIntervalMs, clock);
  return {
    served: {
      endpoint: createEventEndpoint({ intake, limit, reports }),
      messages: eventServerMessages,
      metrics: metrics.server,
    },
    ...createReconcilers({
      cluster,
      index,
      providers,
      allNamespaces: config.alertsAllNamespaces,
      reports,
      notifiers,
      deliveries,
    }),
    flush: (timeoutMs) => flush({ intake, deliveries, attempts, metrics }, timeoutMs),
    async stop() {
      intake.stop();
      await notifiers.stop();
    },
  };
}

function storeOf({ log }: Cluster, config: Config, metrics: AlertMetrics): EventStore {
  const tell = createDropLog(() => {
    log.error('events were dropped: more wait for their delivery than --max-pending-events or 64 MiB allow');
  });
  return createEventStore({
    maxEvents: config.maxPendingEvents,
    maxBytes: MAX_PENDING_BYTES,
    nowMs: systemClock.elapsedMs,
    onDropped() {
      metrics.dropped();
      tell(systemClock.elapsedMs());
    },
  });
}

/** Calls `tell` for the first of those that come in a minute. */
function createDropLog(tell: () => void): (nowMs: number) => void {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return (nowMs) => {
    if (nowMs - toldAtMs < DROPPED_LOG_MS) return;
    toldAtMs = nowMs;
    tell();
  };
}

interface Flushed {
  readonly intake: Intake;
  readonly deliveries: Deliveries;
  readonly attempts: ReturnType<typeof createAttempts>;
  readonly metrics: ReturnType<typeof createAlertMetrics>;
}

async function flush({ intake, deliveries, attempts, metrics }: Flushed, timeoutMs: number): Promise<number> {
  intake.wake();
  const left = await deliveries.flush(timeoutMs);
  for (const delivery of left) attempts.onAbandoned(delivery);
  const unmatched = intake.stop();
  metrics.abandoned(unmatched + left.length);
  return left.length + unmatched;
}
