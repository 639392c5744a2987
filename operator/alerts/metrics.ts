/** The metrics of alerting. Labels are bounded: types, results and, only where asked for, Providers. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ServerMessages, ServerMetrics } from '../http/server-reports.ts';
import { createHttpMetrics } from '../observe/metrics.ts';

export type SendResult = 'delivered' | 'failed' | 'skipped' | 'given_up';

/** Labels of a Provider; `name` and `namespace` are shown with `--metrics-per-object` alone. */
export interface ProviderLabels {
  readonly type: string;
  readonly namespace: string;
  readonly name: string;
}

export interface AlertMetrics {
  readonly server: ServerMetrics;
  /** Events that made room for others. */
  dropped(): void;
  /** Of events that were not delivered when the process ended. */
  abandoned(count: number): void;
  sent(provider: ProviderLabels, result: SendResult): void;
  retried(provider: ProviderLabels): void;
  /** Of one attempt. */
  took(provider: ProviderLabels, seconds: number): void;
}

export interface AlertMetricsOptions {
  readonly registry: Registry;
  readonly perObject: boolean;
  /** With `--export-http-path-metrics`. */
  readonly byPath: boolean;
  /** Read when metrics are collected. */
  readonly queue: () => { readonly length: number; readonly oldestAgeSeconds: number };
}

export const eventServerMessages: ServerMessages = {
  refused: 'event refused',
  failed: 'event failed unexpectedly',
};

const SEND_SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60];

export function createAlertMetrics({ registry, perObject, byPath, queue }: AlertMetricsOptions): AlertMetrics {
  const registers = [registry];
  const ofProvider = perObject ? (['type', 'namespace', 'name'] as const) : (['type'] as const);
  const labels = ({ type, namespace, name }: ProviderLabels) => (perObject ? { type, namespace, name } : { type });
  const events = new Counter({
    name: 'sluice_alert_events_total',
    help: 'Events by what became of them when they were posted: taken, duplicate, dropped, abandoned, or an error code',
    labelNames: ['result'],
    registers,
  });
  const sent = new Counter({
    name: 'sluice_notifications_sent_total',
    help: 'Notifications by the type of their Provider and their result: delivered, skipped, failed, given_up',
    labelNames: [...ofProvider, 'result'],
    registers,
  });
  const retries = new Counter({
    name: 'sluice_notifications_retries_total',
    help: 'Attempts to deliver a notification that are repeated, by the type of the Provider',
    labelNames: [...ofProvider],
    registers,
  });
  const duration = new Histogram({
    name: 'sluice_notifications_send_duration_seconds',
    help: 'How long an attempt to deliver a notification took, by the type of the Provider',
    labelNames: [...ofProvider],
    buckets: SEND_SECONDS,
    registers,
  });
  createQueueMetrics(registry, queue);
  return {
    server: {
      http: createHttpMetrics(registry, { prefix: 'gotk_event_http', server: 'event server' }),
      handler: '/',
      handlerOf: byPath ? createPathLabels() : undefined,
      requests: { inc: ({ result }) => events.inc({ result }) },
      resultOf: (status) => (status === 429 ? 'duplicate' : 'taken'),
    },
    dropped: () => events.inc({ result: 'dropped' }),
    abandoned: (count) => events.inc({ result: 'abandoned' }, count),
    sent: (provider, result) => sent.inc({ ...labels(provider), result }),
    retried: (provider) => retries.inc(labels(provider)),
    took: (provider, seconds) => duration.observe(labels(provider), seconds),
  };
}

/** Senders choose paths, and each makes series. */
const MOST_PATHS = 100;
const LONGEST_PATH = 100;

/** The path, as long as there are few of them. */
function createPathLabels(): (path: string) => string {
  const known = new Set<string>();
  return (path) => {
    if (known.has(path)) return path;
    if (known.size === MOST_PATHS || path.length > LONGEST_PATH) return 'other';
    known.add(path);
    return path;
  };
}

function createQueueMetrics(registry: Registry, queue: AlertMetricsOptions['queue']): void {
  new Gauge({
    name: 'sluice_notifications_queue_length',
    help: 'Notifications that are queued or being delivered',
    registers: [registry],
    collect() {
      this.set(queue().length);
    },
  });
  new Gauge({
    name: 'sluice_notifications_age_seconds',
    help: 'The age of the oldest event that is not yet delivered; 0 without one',
    registers: [registry],
    collect() {
      this.set(queue().oldestAgeSeconds);
    },
  });
}
