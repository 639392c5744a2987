/** The server that senders reach, plain and with TLS. On node:http itself, because it is the hot path. */
import { constants } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { Logger } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { createSampledLog } from '../observe/sampled-log.ts';
import type { Deliverer } from '../receivers/deliver.ts';
import { type ListenAddress, listenOn } from './address.ts';
import { createDoorkeeper, type Doorkeeper, type TurnedAway } from './guard/admission.ts';
import { createBodyBudget } from './guard/body-budget.ts';
import { createConnections } from './guard/connections.ts';
import type { Limits } from './guard/limits.ts';
import { type BodyBudgets, SMALL_BODY_BYTES } from './guard/read-body.ts';
import { createRefusalTurns } from './guard/refusal-turns.ts';
import { createRefusedSenders } from './guard/refused-senders.ts';
import { createRequestMetrics } from './guard/request-metrics.ts';
import { type ServeContext, serveWebhook } from './guard/serve-request.ts';
import type { TrustedProxies } from './sender/trusted-proxies.ts';
import type { Certificate } from './tls/certificate.ts';

export interface ReceiverServer {
  /** Serves plain HTTP there. @throws Error with one line that says why not. */
  listen(address: ListenAddress): Promise<{ port: number }>;
  /** Serves HTTPS there, within the same limits. @throws Error with one line that says why not. */
  listenTls(address: ListenAddress, certificate: Certificate): Promise<TlsListener>;
  /** Takes no connection any more, answers what is under way, and is done when all is closed; at the latest after `closeTimeoutMs`. */
  close(): Promise<void>;
}

export interface TlsListener {
  readonly port: number;
  /** Handshakes from now on use this one; connections that are open stay. */
  renew(certificate: Certificate): void;
}

export interface ReceiverServerOptions {
  readonly deliverer: Deliverer;
  readonly limits: Limits;
  /** Who is believed when it says for whom it speaks. */
  readonly trusted: TrustedProxies;
  /** Whether those begin each connection with a PROXY header. */
  readonly proxyProtocol: boolean;
  readonly log: Logger;
  readonly metrics: Metrics;
}

const SWEEP_EVERY_MS = 50;

interface Shared {
  readonly context: ServeContext;
  readonly doorkeeper: Doorkeeper;
  /** Those that listen. */
  readonly servers: Set<Server | TlsServer>;
}

export function createReceiverServer(options: ReceiverServerOptions): ReceiverServer {
  const shared = createShared(options);
  return {
    listen: (address) => listen(shared, createServer(serverOptions(options.limits)), address),
    async listenTls(address, certificate) {
      const { limits } = options;
      const server = createTlsServer({
        ...serverOptions(limits),
        ...secureOptions(certificate),
        handshakeTimeout: limits.headersTimeoutMs,
      });
      refuseFailedHandshakes(shared.context, server);
      const { port } = await listen(shared, server, address);
      return { port, renew: (renewed) => server.setSecureContext(secureOptions(renewed)) };
    },
    close: () => close(shared),
  };
}

function createShared(options: ReceiverServerOptions): Shared {
  const { deliverer, limits, trusted, proxyProtocol, log } = options;
  const refusals = createSampledLog(log);
  const metrics = createRequestMetrics(options.metrics);
  const refuseUnread = (code: string, message: string): void => {
    metrics.refuseUnread(code);
    refusals.info(code, { code }, message);
  };
  const onTurnedAway = (code: TurnedAway): void => refuseUnread(code, 'connection refused');
  const doorkeeper = createDoorkeeper({ limits, trusted, proxyProtocol, onTurnedAway });
  const refusedSenders = createRefusedSenders(limits, doorkeeper, trusted);
  const connections = createConnections(limits, (code, socket) => {
    refuseUnread(code, 'request refused');
    refusedSenders?.countUnread(socket);
  });
  const budgets = createBudgets(limits);
  const refusalTurns = createRefusalTurns(limits.refusalsPerTurn);
  const context = { deliverer, limits, log, refusals, metrics, connections, budgets, refusalTurns, refusedSenders };
  return {
    context: { ...context, closing: false },
    doorkeeper,
    servers: new Set(),
  };
}

async function listen(
  { context, doorkeeper, servers }: Shared,
  server: Server | TlsServer,
  address: ListenAddress,
): Promise<{ port: number }> {
  // Those beyond a maximum would be dropped silently, a second signature perhaps; their size is bounded.
  server.maxHeadersCount = 0;
  server.timeout = context.limits.stalledTimeoutMs;
  // A sender may end its side after its request, and still waits for the answer (RFC 9112, 9.6).
  Object.assign(server, { httpAllowHalfOpen: true });
  doorkeeper.guard(server);
  context.connections.watch(server);
  server.on('request', (request, response) => void serveWebhook(context, request, response, false));
  server.on('checkContinue', (request, response) => void serveWebhook(context, request, response, true));
  const bound = await listenOn(server, address);
  server.on('error', (error) => context.log.error({ error }, 'receiver server failed'));
  servers.add(server);
  return bound;
}

function serverOptions(limits: Limits) {
  return {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
  };
}

/** Renegotiation lets a client have the server work at will, and nothing here needs it. */
function secureOptions({ cert, key }: Certificate): SecureContextOptions {
  return { cert, key, minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_RENEGOTIATION };
}

/** Left alone, node:https takes them for requests that it could not read. */
function refuseFailedHandshakes({ metrics, refusals }: ServeContext, server: TlsServer): void {
  const code = 'TlsFailed';
  server.removeAllListeners('tlsClientError');
  server.on('tlsClientError', (_error, socket) => {
    metrics.refuseUnread(code);
    refusals.info(code, { code }, 'connection refused');
    socket.destroy();
  });
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

async function close({ context, doorkeeper, servers }: Shared): Promise<void> {
  const { limits, log } = context;
  context.closing = true;
  const closed = Promise.all([...servers].map((server) => new Promise((resolve) => server.close(resolve))));
  doorkeeper.closeUnused();
  // What was answered just before, and not yet sent, is idle only now.
  const sweep = setInterval(() => {
    for (const server of servers) server.closeIdleConnections();
  }, SWEEP_EVERY_MS);
  const deadline = setTimeout(() => {
    log.error({ timeoutMs: limits.closeTimeoutMs }, 'requests were still under way when the receiver server closed');
    doorkeeper.destroy();
  }, limits.closeTimeoutMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
}
