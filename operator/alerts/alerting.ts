/** Puts the parts of alerting together: what takes events, what matches them, and what delivers them. */
import type { Registry } from 'prom-client';
import type { Provider } from '../api/provider/provider.ts';
import type { Config } from '../config.ts';
import type { Journal } from '../deliveries/records/journal.ts';
import type { ServedEndpoint } from '../http/endpoint.ts';
import type { EventRecorder } from '../kube/events/events.ts';
import type { LeaderClient } from '../kube/leader/leader-client.ts';
import type { Clock } from '../observe/clock.ts';
import type { Logger } from '../observe/log.ts';
import { createSampledLog } from '../observe/sampled-log.ts';
import { type Attempts, createAttempts, typeOfProvider } from './attempts.ts';
import type { ServiceAccounts } from './cloud/service-account.ts';
import { createTokenCache, type TokenCache } from './cloud/token-cache.ts';
import { createTokenMetrics } from './cloud/token-metrics.ts';
import { createEventEndpoint } from './endpoint.ts';
import { createDuplicateLimit } from './events/duplicate-limit.ts';
import { createIntake, type Intake } from './intake.ts';
import { createAlertIndex } from './matching/alert-index.ts';
import type { ReadLabels } from './matching/object-labels.ts';
import { type AlertMetrics, createAlertMetrics, eventServerMessages } from './metrics.ts';
import { createNotifiers, type NotifiersOptions } from './notifiers.ts';
import { providerTypes } from './providers/index.ts';
import { createBackpressure } from './queue/backpressure.ts';
import { createDeliveries, type Deliveries } from './queue/deliveries.ts';
import { createEventStore, type EventStore } from './queue/event-store.ts';
import { createReconcilers, type Reconcilers } from './reconcilers.ts';
import { createNotificationRecorder } from './record-notification.ts';
import { type AlertReports, createAlertReports } from './reports.ts';
import { createHttpCallers } from './send/http-callers.ts';
import type { ReadSecret, WorkloadIdentity } from './settings.ts';

export interface Alerting extends Reconcilers {
  /** What `--events-addr` serves. */
  readonly served: ServedEndpoint;
  /** @param key `namespace/name` */
  secretChanged(key: string): void;
  /** Delivers what is queued. @returns how many notifications and unmatched events were given up. */
  flush(timeoutMs: number): Promise<number>;
  stop(): Promise<void>;
}

export interface AlertingOptions {
  readonly secret: ReadSecret;
  readonly readLabels: ReadLabels;
  readonly serviceAccounts: ServiceAccounts;
  /** Of this replica: it alone has seen an event. */
  readonly events: EventRecorder;
  readonly leader: LeaderClient;
  /** Whether every Alert and Provider is known. */
  readonly isComplete: () => boolean;
  readonly registry: Registry;
  readonly journal: Journal;
  readonly config: AlertingConfig;
  readonly clock: Clock;
  readonly log: Logger;
  readonly httpCaller?: NotifiersOptions['httpCaller'];
}

export type AlertingConfig = Pick<
  Config,
  | 'alertAllowLinkLocal'
  | 'alertRetryForMs'
  | 'alertsAllNamespaces'
  | 'defaultServiceAccount'
  | 'exportHttpPathMetrics'
  | 'featureGates'
  | 'maxPendingEvents'
  | 'metricsPerObject'
  | 'noCrossNamespaceRefs'
  | 'rateLimitIntervalMs'
  | 'tokenCacheMaxDurationMs'
  | 'tokenCacheMaxSize'
>;

/** The memory that pending events may take. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024;
/** How often the log says that events were dropped for want of room. */
const DROPPED_LOG_MS = 60_000;
const DROPPED = 'events were dropped: more wait for their delivery than --max-pending-events or 64 MiB allow';

export function createAlerting(options: AlertingOptions): Alerting {
  const { secret, isComplete, readLabels, registry, journal, config, clock } = options;
  const index = createAlertIndex();
  const providers = new Map<string, Provider>();
  const reports = createAlertReports(options);
  const tokens = tokensOf(options);
  const notifiers = createNotifiers({
    types: providerTypes,
    secret,
    allowLinkLocal: config.alertAllowLinkLocal,
    warn: reports.deprecated,
    tokens,
    workloadIdentity: workloadIdentityOf(options),
    httpCaller: options.httpCaller ?? createHttpCallers(),
  });
  const metrics = createAlertMetrics({
    registry,
    perObject: config.metricsPerObject,
    byPath: config.exportHttpPathMetrics,
    queue: () => ({ length: deliveries.size, oldestAgeSeconds: ageOf(store.oldestAtMs) }),
  });
  const ageOf = (sinceMs: number | undefined) => (sinceMs === undefined ? 0 : (clock.elapsedMs() - sinceMs) / 1_000);
  const store = storeOf(options, metrics);
  const typeOf = (providerKey: string) => typeOfProvider(providers.get(providerKey));
  const recorder = createNotificationRecorder({ journal, typeOf, clock });
  const attempts = createAttempts({ index, providers, notifiers, reports, metrics, recorder, config, clock });
  const retryForMs = config.alertRetryForMs;
  const deliveries: Deliveries = createDeliveries({ store, ...attempts, retryForMs, clock });
  const intake = createIntake({
    index,
    isComplete,
    readLabels,
    retryForMs,
    store,
    deliveries,
    reports,
    recorder,
    clock,
  });
  const backpressure = createBackpressure({ loads: deliveries.loads, pending: () => deliveries.size, clock });
  const limit = createDuplicateLimit(config.rateLimitIntervalMs, clock);
  const allNamespaces = config.alertsAllNamespaces;
  return {
    served: {
      endpoint: createEventEndpoint({ intake, limit, backpressure, reports }),
      messages: eventServerMessages,
      metrics: metrics.server,
    },
    ...createReconcilers({
      leader: options.leader,
      index,
      providers,
      allNamespaces,
      reports,
      notifiers,
      tokens,
      deliveries,
    }),
    secretChanged(key) {
      for (const providerKey of notifiers.usersOf(key)) deliveries.retryNow(providerKey);
    },
    flush: (timeoutMs) => flush({ intake, deliveries, attempts, metrics, reports }, timeoutMs),
    async stop() {
      intake.stop();
      await notifiers.stop();
    },
  };
}

function tokensOf({ registry, config, clock }: AlertingOptions): TokenCache {
  return createTokenCache({
    maxSize: config.tokenCacheMaxSize,
    maxMs: config.tokenCacheMaxDurationMs,
    nowMs: clock.now,
    metrics: createTokenMetrics(registry, config.metricsPerObject),
  });
}

function workloadIdentityOf({ serviceAccounts, config }: AlertingOptions): WorkloadIdentity {
  // Flux's own has no such default without the gate.
  const hasDefault = config.featureGates.objectLevelWorkloadIdentity;
  const defaultServiceAccount = hasDefault ? config.defaultServiceAccount : '';
  return { serviceAccounts, defaultServiceAccount };
}

function storeOf({ config, clock, log }: AlertingOptions, metrics: AlertMetrics): EventStore {
  const sampled = createSampledLog(log, { clock, intervalMs: DROPPED_LOG_MS });
  return createEventStore({
    maxEvents: config.maxPendingEvents,
    maxBytes: MAX_PENDING_BYTES,
    nowMs: () => clock.elapsedMs(),
    onDropped() {
      metrics.dropped();
      sampled.error('dropped', {}, DROPPED);
    },
  });
}

interface Flushed {
  readonly intake: Intake;
  readonly deliveries: Deliveries;
  readonly attempts: Attempts;
  readonly metrics: AlertMetrics;
  readonly reports: AlertReports;
}

async function flush(parts: Flushed, timeoutMs: number): Promise<number> {
  const { intake, deliveries, attempts, metrics, reports } = parts;
  const left = await deliveries.flush(timeoutMs, intake.drain());
  for (const delivery of left) attempts.onAbandoned(delivery);
  const unmatched = intake.stop();
  for (const event of unmatched) reports.unmatchedAtEnd(event);
  const count = unmatched.length + left.length;
  metrics.abandoned(count);
  return count;
}
