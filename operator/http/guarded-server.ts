/**
 * Serves an endpoint to strangers, plain and with TLS, within limits that no sender gets round. A process may have several
 * such servers. On node:http itself, because it is the hot path.
 */
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { ConnectionErrorCode, RequestErrorCode } from '../api/errors.ts';
import { type Clock, systemClock } from '../observe/clock.ts';
import type { Logger } from '../observe/log.ts';
import { createSampledLog } from '../observe/sampled-log.ts';
import { type ListenAddress, listenOn } from './address.ts';
import type { ServedEndpoint } from './endpoint.ts';
import { type Admission, createAdmission, type RejectedConnection } from './guard/admission.ts';
import { createBodyBudget } from './guard/body-budget.ts';
import { createConnections } from './guard/connections.ts';
import type { ServeContext } from './guard/exchange.ts';
import type { Limits } from './guard/limits.ts';
import { type BodyBudgets, SMALL_BODY_BYTES } from './guard/read-body.ts';
import { createRefusalTurns } from './guard/refusal-turns.ts';
import { createRefusedSenders } from './guard/refused-senders.ts';
import { createRequestMetrics } from './guard/request-metrics.ts';
import { createSenderAt } from './guard/sender-at.ts';
import { guardEvents, guardedOptions, guardHandshakes } from './guard/server-events.ts';
import type { TrustedProxies } from './sender/trusted-proxies.ts';
import type { Certificate } from './tls/certificate.ts';
import { secureOptions } from './tls/secure-options.ts';

export interface GuardedServer {
  /** Serves plain HTTP there. @throws Error with one line that says why not. */
  listen(address: ListenAddress): Promise<{ port: number }>;
  /** Serves HTTPS there, within the same limits. @throws Error with one line that says why not. */
  listenTls(address: ListenAddress, certificate: Certificate): Promise<TlsPort>;
  /** Accepts no more connections, answers what is under way, and settles when all is closed, after `closeTimeoutMs` at most. */
  close(): Promise<void>;
}

export interface TlsPort {
  readonly port: number;
  /** Handshakes from now on use this certificate; open connections stay. */
  renew(certificate: Certificate): void;
}

export interface GuardedServerOptions extends ServedEndpoint {
  readonly limits: Limits;
  /** The proxies whose word for their client's address is taken. */
  readonly trusted: TrustedProxies;
  /** Whether these begin each connection with a PROXY header. */
  readonly proxyProtocol: boolean;
  /** With it, `GET /` and `HEAD /` answer 200 while it is true, else 503, as load balancers ask; without, the endpoint has `/`. */
  readonly ready?: () => boolean;
  /** The machine's when absent. */
  readonly clock?: Clock;
  readonly log: Logger;
}

const SWEEP_EVERY_MS = 50;

interface Shared {
  readonly context: ServeContext;
  readonly admission: Admission;
  /** The listening servers. */
  readonly servers: Set<Server | TlsServer>;
}

export function createGuardedServer(options: GuardedServerOptions): GuardedServer {
  const shared = createShared(options);
  return {
    listen: (address) => listen(shared, createServer(guardedOptions(options.limits)), address),
    async listenTls(address, certificate) {
      const { limits } = options;
      const server = createTlsServer({
        ...guardedOptions(limits),
        ...secureOptions(certificate),
        handshakeTimeout: limits.headersTimeoutMs,
      });
      guardHandshakes(shared.context, server);
      const { port } = await listen(shared, server, address);
      return { port, renew: (renewed) => server.setSecureContext(secureOptions(renewed)) };
    },
    close: () => close(shared),
  };
}

function createShared(options: GuardedServerOptions): Shared {
  const { endpoint, ready, limits, trusted, proxyProtocol, clock = systemClock, log, messages } = options;
  const refusals = createSampledLog(log, { clock });
  const metrics = createRequestMetrics(options.metrics);
  const refuseUnread = (code: RequestErrorCode | ConnectionErrorCode, message: string): void => {
    metrics.refuseUnread(code);
    refusals.info(code, { controller: endpoint.name, code }, message);
  };
  const onRejected = (code: RejectedConnection): void => refuseUnread(code, 'connection refused');
  const admission = createAdmission({ limits, trusted, proxyProtocol, clock, onRejected });
  const senderAt = createSenderAt(admission, trusted);
  const refusedSenders = createRefusedSenders(limits, senderAt, clock);
  const connections = createConnections(limits, clock, (code, socket) => {
    refuseUnread(code, 'request refused');
    refusedSenders?.countUnread(socket);
  });
  const budgets = createBudgets(limits, clock);
  const refusalTurns = createRefusalTurns(limits.refusalsPerTurn);
  const sender: ServeContext['senderOf'] = ({ socket, headers }) => senderAt(socket, headers['x-forwarded-for']);
  const parts = { connections, budgets, refusalTurns, refusedSenders, senderOf: sender };
  return {
    context: { endpoint, ready, limits, clock, log, messages, refusals, metrics, ...parts, closing: false },
    admission,
    servers: new Set(),
  };
}

async function listen(shared: Shared, server: Server | TlsServer, address: ListenAddress): Promise<{ port: number }> {
  const { context, admission, servers } = shared;
  guardEvents(context, admission, server);
  const bound = await listenOn(server, address);
  server.on('error', (error) => context.log.error({ controller: context.endpoint.name, error }, 'server failed'));
  servers.add(server);
  return bound;
}

/** A quarter for small bodies. */
function createBudgets(
  { maxBufferedBytes, maxBodyBytes, roomTimeoutMs, roomHeldMs }: Limits,
  clock: Clock,
): BodyBudgets {
  const small = Math.max(Math.floor(maxBufferedBytes / 4), SMALL_BODY_BYTES);
  const times = { waitMs: roomTimeoutMs, heldMs: roomHeldMs, clock };
  return {
    small: createBodyBudget({ bytes: small, ...times }),
    large: createBodyBudget({ bytes: Math.max(maxBufferedBytes - small, maxBodyBytes), ...times }),
  };
}

async function close({ context, admission, servers }: Shared): Promise<void> {
  const { endpoint, limits, clock, log } = context;
  context.closing = true;
  const closed = Promise.all([...servers].map((server) => new Promise((resolve) => server.close(resolve))));
  admission.closeUnused();
  // What was answered just before, and not yet sent, is idle only now.
  const sweep = clock.setInterval(() => {
    for (const server of servers) server.closeIdleConnections();
  }, SWEEP_EVERY_MS);
  const deadline = clock.setTimeout(() => {
    const about = { controller: endpoint.name, timeoutMs: limits.closeTimeoutMs };
    log.error(about, 'requests were still under way when the server closed');
    admission.destroy();
  }, limits.closeTimeoutMs);
  await closed;
  sweep.cancel();
  deadline.cancel();
}
