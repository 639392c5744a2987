/** The server that senders reach. On node:http itself, because it is the hot path. */
import { createServer, type Server } from 'node:http';
import type { Logger } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { createSampledLog } from '../observe/sampled-log.ts';
import type { Deliverer } from '../receivers/deliver.ts';
import { type ListenAddress, listenOn } from './address.ts';
import { createBodyBudget } from './body-budget.ts';
import { watchConnections } from './connections.ts';
import type { Limits } from './limits.ts';
import { type BodyBudgets, SMALL_BODY_BYTES } from './read-body.ts';
import { createRequestMetrics } from './request-metrics.ts';
import { type ServeContext, serveWebhook } from './serve-webhook.ts';

export interface ReceiverServer {
  /** @throws Error with one line that says why not. */
  listen(address: ListenAddress): Promise<{ port: number }>;
  /** Takes no connection any more, answers what is under way, and is done when all is closed; at the latest after `closeTimeoutMs`. */
  close(): Promise<void>;
}

export interface ReceiverServerOptions {
  readonly deliverer: Deliverer;
  readonly limits: Limits;
  readonly log: Logger;
  readonly metrics: Metrics;
}

const SWEEP_EVERY_MS = 50;

export function createReceiverServer(options: ReceiverServerOptions): ReceiverServer {
  const { deliverer, limits, log, metrics } = options;
  const server = createNodeServer(limits);
  const refusals = createSampledLog(log);
  const requestMetrics = createRequestMetrics(metrics);
  const connections = watchConnections(server, limits, ({ code }) => {
    requestMetrics.refuseUnread(code);
    refusals.info(code, { code }, 'request refused');
  });
  const budgets = createBudgets(limits);
  const context: ServeContext = {
    deliverer,
    limits,
    log,
    refusals,
    metrics: requestMetrics,
    connections,
    budgets,
    closing: false,
  };
  server.on('request', (request, response) => void serveWebhook(context, request, response, false));
  server.on('checkContinue', (request, response) => void serveWebhook(context, request, response, true));
  server.on('drop', () => refusals.info('drop', { maxConnections: limits.maxConnections }, 'connection refused'));
  return {
    async listen(address) {
      const bound = await listenOn(server, address);
      server.on('error', (error) => log.error({ error }, 'receiver server failed'));
      return bound;
    },
    close: () => close(context, server),
  };
}

function createNodeServer(limits: Limits): Server {
  const server = createServer({
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
  });
  server.maxConnections = limits.maxConnections;
  // Those beyond a maximum would be dropped silently, a second signature perhaps; their size is bounded.
  server.maxHeadersCount = 0;
  return server;
}

/** A quarter for small bodies. */
function createBudgets({ maxBufferedBytes, maxBodyBytes, roomTimeoutMs, roomHeldMs }: Limits): BodyBudgets {
  const small = Math.max(Math.floor(maxBufferedBytes / 4), SMALL_BODY_BYTES);
  const times = { waitMs: roomTimeoutMs, heldMs: roomHeldMs };
  return {
    small: createBodyBudget({ bytes: small, ...times }),
    large: createBodyBudget({ bytes: Math.max(maxBufferedBytes - small, maxBodyBytes), ...times }),
  };
}

async function close(context: ServeContext, server: Server): Promise<void> {
  const { connections, limits, log } = context;
  context.closing = true;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  connections.closeUnused();
  // What was answered just before, and not yet sent, is idle only now.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_EVERY_MS);
  const deadline = setTimeout(() => {
    log.error({ timeoutMs: limits.closeTimeoutMs }, 'requests were still under way when the receiver server closed');
    connections.destroy();
  }, limits.closeTimeoutMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
}
