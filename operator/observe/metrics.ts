/**
 * Every metric of the process, in a registry of its own. Flux's and controller-runtime's names where they have one.
 * Labels are bounded: never a path, a token, or anything else that a sender chooses.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { buildInfo } from './build-info.ts';
import { createWorkQueueMetrics, type WorkQueueRecorder } from './work-queue-metrics.ts';

/** Of one server, as Flux has them; `service` is always empty, `code` is the answer's status, `method` one of HTTP's own or `OTHER`. */
export interface HttpMetrics {
  /** Seconds from the request's head to its answer. */
  readonly requestDuration: Histogram<'service' | 'handler' | 'method' | 'code'>;
  /** Bytes of the answer's body. */
  readonly responseSize: Histogram<'service' | 'handler' | 'method' | 'code'>;
  /** Requests that are being served now. */
  readonly inflight: Gauge<'service' | 'handler'>;
}

export interface Metrics {
  readonly registry: Registry;
  readonly http: HttpMetrics;
  /** Seconds of one reconcile; `name` only where each object may have series of its own. */
  readonly reconcileDuration: Histogram<'kind' | 'namespace' | 'name'>;
  /** Webhooks by the Receiver's type (`unknown` where there is none) and result: `accepted`, `pending`, or an error's code. */
  readonly webhooks: Counter<'type' | 'result'>;
  /** Seconds from a webhook's head to its answer, by the Receiver's type and the answer's status. */
  readonly webhookDuration: Histogram<'type' | 'code'>;
  /** When the certificate of the TLS listener ends, in seconds since the epoch; no series without that listener. */
  readonly certificateExpiry: Gauge;
  /** Of the queue with that name. */
  workQueue(name: string): WorkQueueRecorder;
  /** Answers of the API server; `code` is `<error>` where there was none, `method` the HTTP method. */
  readonly restClientRequests: Counter<'code' | 'method' | 'host'>;
  /** 1 while this process leads, else 0; `name` is the Lease's. */
  readonly leaderElectionMasterStatus: Gauge<'name'>;
}

/** From a refusal that costs nothing to the time limit of a request. */
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WEBHOOK_SECONDS = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5];
const RECONCILE_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const RESPONSE_BYTES = [100, 1_000, 10_000, 100_000, 1e6, 1e7, 1e8, 1e9];
/** The monitor of the event loop's lag wakes the process that often. */
const EVENT_LOOP_PRECISION_MS = 50;

/** Fresh metrics, the process's own (`process_*`, `nodejs_*`) among them. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS });
  describeBuild(registry);
  const certificateExpiry = new Gauge({
    name: 'sluice_tls_certificate_expiry_seconds',
    help: 'When the certificate of the TLS listener ends, in seconds since the epoch',
    registers: [registry],
  });
  // A gauge begins at 0, which here would be a certificate that ended in 1970.
  certificateExpiry.remove();
  return {
    registry,
    certificateExpiry,
    http: createHttpMetrics(registry, { prefix: 'gotk_receiver_http', server: 'receiver server' }),
    ...createWebhookMetrics(registry),
    reconcileDuration: new Histogram({
      name: 'gotk_reconcile_duration_seconds',
      help: 'How long the reconciles of a kind took',
      labelNames: ['kind', 'namespace', 'name'],
      buckets: RECONCILE_SECONDS,
      registers: [registry],
    }),
    workQueue: createWorkQueueMetrics(registry),
    restClientRequests: new Counter({
      name: 'rest_client_requests_total',
      help: 'Requests to the API server by answer',
      labelNames: ['code', 'method', 'host'],
      registers: [registry],
    }),
    leaderElectionMasterStatus: new Gauge({
      name: 'leader_election_master_status',
      help: 'Whether this process holds the Lease',
      labelNames: ['name'],
      registers: [registry],
    }),
  };
}

function describeBuild(registry: Registry): void {
  const build = new Gauge({
    name: 'sluice_build_info',
    help: 'Always 1; the labels say which version, commit and Node.js run',
    labelNames: ['version', 'revision', 'node'],
    registers: [registry],
  });
  build.set({ ...buildInfo }, 1);
}

/** The metrics of one server; `server` names it in their help. */
export function createHttpMetrics(
  registry: Registry,
  { prefix, server }: { readonly prefix: string; readonly server: string },
): HttpMetrics {
  const labelNames = ['service', 'handler', 'method', 'code'] as const;
  return {
    requestDuration: new Histogram({
      name: `${prefix}_request_duration_seconds`,
      help: `How long requests to the ${server} took`,
      labelNames,
      buckets: REQUEST_SECONDS,
      registers: [registry],
    }),
    responseSize: new Histogram({
      name: `${prefix}_response_size_bytes`,
      help: `The size of the bodies of answers of the ${server}`,
      labelNames,
      buckets: RESPONSE_BYTES,
      registers: [registry],
    }),
    inflight: new Gauge({
      name: `${prefix}_requests_inflight`,
      help: `Requests that the ${server} is serving now`,
      labelNames: ['service', 'handler'],
      registers: [registry],
    }),
  };
}

function createWebhookMetrics(registry: Registry) {
  const registers = [registry];
  return {
    webhooks: new Counter({
      name: 'sluice_webhooks_total',
      help: 'Webhooks by the type of their Receiver and their result',
      labelNames: ['type', 'result'] as const,
      registers,
    }),
    webhookDuration: new Histogram({
      name: 'sluice_webhook_duration_seconds',
      help: 'How long webhooks took by the type of their Receiver and the status of their answer',
      labelNames: ['type', 'code'] as const,
      buckets: WEBHOOK_SECONDS,
      registers,
    }),
  };
}
