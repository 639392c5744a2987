/**
 * The wiring, top to bottom: what the operator is made of, in which order it starts, and in which it ends.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import packageJson from '../package.json' with { type: 'json' };
import { RECEIVER_KIND } from './api/receiver.ts';
import type { Config } from './config.ts';
import type { ExposureSettings } from './exposure/exposure.ts';
import { createReceiverServer } from './http/guarded-server.ts';
import { createHealthServer, createMetricsServer } from './http/ops-server.ts';
import { openTlsDoor } from './http/tls/tls-listener.ts';
import { createLeaderElection, type LeaderElection } from './kube/leader/leader.ts';
import { collectAtRest } from './observe/collect-at-rest.ts';
import { createLogger, type Logger } from './observe/log.ts';
import { createMetrics, type Metrics } from './observe/metrics.ts';
import { ReceiverOperator } from './receivers/receiver-operator.ts';
import { webhookTypes } from './webhooks/index.ts';

export interface App {
  /** The end that a rolling update wants: nothing taken is lost while the API server is in reach. */
  stop(): Promise<void>;
}

/** How long what is pending is tried after the last request, when the process is asked to end. */
const FLUSH_MS = 15_000;
/** What a leader writes must have ended, one way or the other, before it would next renew its Lease. */
const LEADER_WRITE_SHARE = 0.8;

function electLeader(
  config: Config,
  operator: ReceiverOperator,
  log: Logger,
  metrics: Metrics,
): LeaderElection | undefined {
  if (!config.enableLeaderElection) return undefined;
  const name = 'sluice-leader-election';
  const told = (leading: boolean) => () => {
    metrics.leaderElectionMasterStatus.set({ name }, leading ? 1 : 0);
    operator.leadershipChanged(leading);
  };
  told(false)();
  return createLeaderElection({
    client: operator.client,
    namespace: config.runtimeNamespace,
    name,
    identity: `${hostname()}_${randomUUID()}`,
    leaseDurationMs: config.leaderElectionLeaseDurationMs,
    renewDeadlineMs: config.leaderElectionRenewDeadlineMs,
    retryPeriodMs: config.leaderElectionRetryPeriodMs,
    releaseOnCancel: config.leaderElectionReleaseOnCancel,
    onStartedLeading: told(true),
    onStoppedLeading: told(false),
    log,
  });
}

function exposureSettings(config: Config): ExposureSettings {
  return {
    doors: {
      namespace: config.runtimeNamespace,
      receiverPort: config.receiverAddr?.port,
      tlsPort: config.tls?.address.port,
      externalUrl: config.externalUrl,
    },
    deployment: config.deployment,
    receiverService: config.receiverService,
    tenancy: {
      kinds: config.tenantExposure,
      hosts: config.tenantExposureHosts,
      serviceAnnotations: config.tenantServiceAnnotations,
      loadBalancerClass: config.tenantLoadBalancerClass || undefined,
      ingressClass: config.tenantIngressClass || undefined,
      ingressTlsSecret: config.tenantIngressTlsSecret || undefined,
      ingressAnnotations: config.tenantIngressAnnotations,
      gateway: config.tenantGateway,
    },
  };
}

function createOperator(config: Config, log: Logger, metrics: Metrics): ReceiverOperator {
  return new ReceiverOperator({
    log,
    metrics,
    types: webhookTypes,
    namespace: config.watchAllNamespaces ? undefined : config.runtimeNamespace,
    secretLabelSelector: config.watchConfigsLabelSelector,
    sameNamespaceOnly: config.noCrossNamespaceRefs,
    exposure: exposureSettings(config),
    maxPending: config.maxPendingNotifications,
    leadsFromTheStart: !config.enableLeaderElection,
    leaderWriteTimeoutMs: config.leaderElectionRetryPeriodMs * LEADER_WRITE_SHARE,
    queue: {
      concurrent: config.concurrent,
      minRetryDelayMs: config.minRetryDelayMs,
      maxRetryDelayMs: config.maxRetryDelayMs,
    },
    kubeApi: { qps: config.kubeApiQps, burst: config.kubeApiBurst },
    observeReconcile({ namespace, name }, seconds) {
      const labels = { kind: RECEIVER_KIND, namespace };
      metrics.reconcileDuration.observe(config.metricsPerObject ? { ...labels, name } : labels, seconds);
    },
  });
}

/**
 * Starts everything, and is done when the servers listen; readiness follows when every Receiver has been looked at.
 * @throws Error with one line that says what could not be started.
 */
export async function startApp(config: Config, notices: readonly string[]): Promise<App> {
  const log = createLogger({ level: config.logLevel, encoding: config.logEncoding });
  const metrics = createMetrics();
  const operator = createOperator(config, log, metrics);
  let listening = false;
  let stopping = false;
  const health = createHealthServer({
    log,
    ready() {
      const missing = stopping ? ['the process is ending'] : [...operator.notReady()];
      if (!listening) missing.push('the receiver server does not listen yet');
      return missing.length === 0 ? true : missing;
    },
  });
  const metricsServer = createMetricsServer({ registry: metrics.registry, log });
  const receiverServer = createReceiverServer({
    deliverer: operator.deliverer,
    limits: config.limits,
    trusted: config.trustedProxies,
    proxyProtocol: config.proxyProtocol,
    log,
    metrics,
  });
  await health.listen(config.healthAddr);
  await metricsServer.listen(config.metricsAddr);
  const plain = config.receiverAddr && (await receiverServer.listen(config.receiverAddr));
  const tls = config.tls && (await openTlsDoor({ server: receiverServer, ...config.tls, log, metrics }));
  listening = true;
  const ports = { port: plain?.port, tlsPort: tls?.port };
  log.info({ version: packageJson.version, node: process.version, ...ports }, 'serving webhooks');
  for (const notice of notices) log.info(notice);
  const leader = electLeader(config, operator, log, metrics);
  await operator.start();
  leader?.start();
  const { gc } = globalThis;
  // Another flavor keeps what it frees.
  if (gc !== undefined) collectAtRest(() => gc({ type: 'major', flavor: 'last-resort' }));
  return {
    async stop() {
      stopping = true;
      log.info({ delayMs: config.shutdownDelayMs }, 'ending: no longer ready, still serving');
      await sleep(config.shutdownDelayMs);
      tls?.stop();
      await receiverServer.close();
      await operator.flush(FLUSH_MS);
      await leader?.stop();
      await operator.stop();
      await Promise.all([health.close(), metricsServer.close()]);
      log.info('ended');
    },
  };
}
