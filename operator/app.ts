/**
 * The wiring, top to bottom: which features and servers the operator is made of, in which order they start, and in which
 * they end.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { alerts } from './alerts/feature.ts';
import type { Config } from './config.ts';
import { deliveries } from './deliveries/feature.ts';
import { createGuardedServer } from './http/guarded-server.ts';
import { createHealthServer, createMetricsServer } from './http/ops-server.ts';
import { openTlsListener } from './http/tls/tls-listener.ts';
import { buildInfo } from './observe/build-info.ts';
import { systemClock } from './observe/clock.ts';
import { collectAtRest } from './observe/collect-at-rest.ts';
import { createLogger } from './observe/log.ts';
import { createMetrics } from './observe/metrics.ts';
import type { CreateFeature } from './platform/feature.ts';
import { leaderElection } from './platform/leader-election.ts';
import { Operator } from './platform/operator.ts';
import { receivers } from './receivers/feature.ts';
import { sources } from './sources/feature.ts';

/** Every capability of the operator. */
const FEATURES: readonly CreateFeature[] = [receivers, alerts, sources, deliveries];

export interface App {
  /** The end that a rolling update needs: nothing that was accepted is lost while the API server is in reach. */
  stop(): Promise<void>;
}

/** How long what is pending is tried after the last request, when the process is asked to end. */
const FLUSH_MS = 15_000;

const SERVING_LOOK_MS = 100;

/** A server that is listening. */
interface Listening {
  /** Takes no more requests, and is done when those under way are answered. */
  close(): Promise<void>;
}

/**
 * Starts everything, and is done when the servers listen; readiness follows when every object is reconciled once.
 * @param features for tests: others than the operator's own.
 * @throws Error with one line that says what could not be started.
 */
export async function startApp(
  config: Config,
  notices: readonly string[],
  features: readonly CreateFeature[] = FEATURES,
): Promise<App> {
  const log = createLogger({ level: config.logLevel, encoding: config.logEncoding });
  const operator = new Operator({ config, log, metrics: createMetrics(), features });
  const phase: Phase = { listening: false, stopping: false };
  const operations = await serveOperations(config, operator, phase);
  const webhooks = await serveWebhooks(config, operator, phase);
  const events = await serveEvents(config, operator);
  phase.listening = true;
  for (const notice of notices) log.info(notice);
  const leader = leaderElection(config, operator);
  await operator.start();
  noteServing(operator, phase);
  leader?.start();
  collectGarbageAtRest();
  return {
    async stop() {
      phase.stopping = true;
      operator.ending();
      log.info({ delayMs: config.shutdownDelayMs }, 'ending: no longer ready, still serving');
      await sleep(config.shutdownDelayMs);
      await Promise.all([webhooks.close(), events?.close()]);
      await operator.flush(FLUSH_MS);
      await leader?.stop();
      await operator.stop();
      await operations.close();
      log.info('ended');
    },
  };
}

interface Phase {
  listening: boolean;
  stopping: boolean;
}

/** What is missing before requests may be sent to this replica; empty: it is ready. */
function missingFor(operator: Operator, phase: Phase): string[] {
  const missing = phase.stopping ? ['the process is ending'] : operator.missing();
  if (!phase.listening) missing.push('the receiver server does not listen yet');
  return missing;
}

/** Remembers when this replica begins to serve: others ask, to know how long nobody did. */
function noteServing(operator: Operator, phase: Phase): void {
  const look = systemClock.setInterval(() => {
    if (!phase.stopping && missingFor(operator, phase).length > 0) return;
    if (!phase.stopping) operator.servingSinceMs = systemClock.now();
    look.cancel();
  }, SERVING_LOOK_MS);
}

/** Health and metrics: the first to be there, the last to go. */
async function serveOperations(config: Config, operator: Operator, phase: Phase): Promise<Listening> {
  const { log, metrics } = operator;
  const health = createHealthServer({
    log,
    ready() {
      const missing = missingFor(operator, phase);
      return missing.length === 0 ? true : missing;
    },
  });
  const metricsServer = createMetricsServer({ registry: metrics.registry, log });
  await health.listen(config.healthAddr);
  if (config.metricsAddr !== undefined) await metricsServer.listen(config.metricsAddr);
  return { close: async () => void (await Promise.all([health.close(), metricsServer.close()])) };
}

/** The server that senders reach, plain and with TLS. */
async function serveWebhooks(config: Config, operator: Operator, phase: Phase): Promise<Listening> {
  const { log, metrics } = operator;
  const server = createGuardedServer({
    ...operator.endpoint('webhooks'),
    limits: config.limits,
    trusted: config.trustedProxies,
    proxyProtocol: config.proxyProtocol,
    ready: () => missingFor(operator, phase).length === 0,
    log,
  });
  const plain = config.receiverAddr && (await server.listen(config.receiverAddr));
  const tls = config.tls && (await openTlsListener({ server, ...config.tls, log, metrics }));
  const ports = { port: plain?.port, tlsPort: tls?.port };
  const { version, revision, node } = buildInfo;
  log.info({ version, revision, node, ...ports }, 'serving webhooks');
  return {
    async close() {
      tls?.stop();
      await server.close();
    },
  };
}

/** The server that Flux's controllers post events to; it is reached from inside the cluster alone. */
async function serveEvents(config: Config, operator: Operator): Promise<Listening | undefined> {
  if (config.eventsAddr === undefined || !operator.serves('events')) return undefined;
  const server = createGuardedServer({
    ...operator.endpoint('events'),
    // A controller is no stranger: however often its events are refused, it gets each answer.
    limits: { ...config.limits, refusedPerSecond: 0 },
    trusted: config.trustedProxies,
    proxyProtocol: false,
    log: operator.log,
  });
  const { port } = await server.listen(config.eventsAddr);
  operator.log.info({ port }, 'serving events');
  return { close: () => server.close() };
}

function collectGarbageAtRest(): void {
  const { gc } = globalThis;
  // Another flavor keeps what it frees.
  if (gc !== undefined) collectAtRest(() => gc({ type: 'major', flavor: 'last-resort' }));
}
