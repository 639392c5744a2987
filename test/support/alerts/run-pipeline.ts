/** Alerting without a cluster: real queues, real requests to a real server; objects are handed in. */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import {
  type Alerting,
  type AlertingConfig,
  type AlertingOptions,
  createAlerting,
} from '../../../operator/alerts/alerting.ts';
import type { Labels } from '../../../operator/alerts/matching/match-alert.ts';
import { RequestError } from '../../../operator/api/errors.ts';
import { createJournal, type Journal } from '../../../operator/deliveries/records/journal.ts';
import type { EventText } from '../../../operator/kube/events/event-series.ts';
import type { LeaderClient } from '../../../operator/kube/leader/leader-client.ts';
import { type Clock, systemClock } from '../../../operator/observe/clock.ts';

export interface Pipeline extends Alerting {
  /** Posts an event. @returns the status of the answer. */
  post(body: string): Promise<number>;
  /** What was recorded on Alerts so far. */
  readonly kubernetesEvents: EventText[];
  readonly log: Record<string, unknown>[];
  readonly registry: Registry;
  readonly journal: Journal;
}

export interface PipelineOptions {
  readonly config?: Partial<AlertingConfig>;
  readonly secret?: (namespace: string, name: string) => Promise<Record<string, Buffer> | undefined>;
  readonly labels?: () => Promise<Labels>;
  readonly isComplete?: () => boolean;
  readonly clock?: Clock;
  readonly httpCaller?: AlertingOptions['httpCaller'];
}

const NOBODY_LEADS: LeaderClient = {
  get client(): never {
    throw new Error('this replica does not lead');
  },
  leads: false,
  change() {},
};

const CONFIG: AlertingConfig = {
  alertAllowLinkLocal: false,
  alertRetryForMs: 0,
  alertsAllNamespaces: false,
  defaultServiceAccount: '',
  exportHttpPathMetrics: false,
  featureGates: { objectLevelWorkloadIdentity: false },
  maxPendingEvents: 10_000,
  metricsPerObject: false,
  noCrossNamespaceRefs: false,
  rateLimitIntervalMs: 300_000,
  tokenCacheMaxDurationMs: 3_600_000,
  tokenCacheMaxSize: 100,
};

export function startPipeline(options: PipelineOptions = {}): Pipeline {
  const kubernetesEvents: EventText[] = [];
  const log: Record<string, unknown>[] = [];
  const registry = new Registry();
  const clock = options.clock ?? systemClock;
  const journal = createJournal({ maxRecords: 1_000, clock });
  const alerting = createAlerting({
    secret: options.secret ?? (async () => undefined),
    serviceAccounts: () => {
      throw new Error('there are no ServiceAccounts');
    },
    readLabels: options.labels ?? (async () => undefined),
    events: { record: (_regarding, event) => void kubernetesEvents.push(event), stop: async () => {} },
    leader: NOBODY_LEADS,
    isComplete: options.isComplete ?? (() => true),
    registry,
    journal,
    config: { ...CONFIG, ...options.config },
    clock,
    httpCaller: options.httpCaller,
    log: pino({ level: 'debug' }, { write: (line: string) => void log.push(JSON.parse(line)) }),
  });
  return {
    ...alerting,
    kubernetesEvents,
    log,
    registry,
    journal,
    async post(body) {
      const serve = alerting.served.endpoint.admit('/', 'POST').head({ method: 'POST', headers: {}, rawHeaders: [] });
      try {
        const answer = await serve(Buffer.from(body));
        return typeof answer === 'number' ? answer : answer.status;
      } catch (error) {
        if (error instanceof RequestError) return 400;
        throw error;
      }
    },
  };
}
