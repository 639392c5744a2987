/** The servers for those who run the operator: health for the kubelet, metrics for Prometheus, and what else only machines ask. */
import { createServer } from 'node:http';
import express, { type ErrorRequestHandler, type Express } from 'express';
import type { Registry } from 'prom-client';
import type { Logger } from '../observe/log.ts';
import { type ListenAddress, listenOn } from './address.ts';

/** For the server of the page, whose code is loaded apart from this. */
export { express };

export interface OpsServer {
  /** @throws Error with one line that says why not. */
  listen(address: ListenAddress): Promise<{ port: number }>;
  /** Ends at once; who asks is a machine that asks again. */
  close(): Promise<void>;
}

export interface HealthServerOptions {
  /** Whether it is ready, or the names of what is not yet. */
  readonly ready: () => boolean | readonly string[];
  readonly log: Logger;
}

/** `/healthz`: 200 while the process can answer at all. `/readyz`: 200, or 503 with what is missing. */
export function createHealthServer({ ready, log }: HealthServerOptions): OpsServer {
  const app = express();
  app.get('/healthz', (_request, response) => {
    response.type('text/plain').send('ok\n');
  });
  app.get('/readyz', (_request, response) => {
    const answer = ready();
    const missing = typeof answer === 'boolean' ? (answer ? [] : ['not ready']) : answer;
    response
      .status(missing.length === 0 ? 200 : 503)
      .type('text/plain')
      .send(missing.length === 0 ? 'ok\n' : missing.map((name) => `${name}\n`).join(''));
  });
  return createOpsServer(app, log);
}

export interface MetricsServerOptions {
  readonly registry: Registry;
  readonly log: Logger;
}

/** `/metrics`, in the text format of Prometheus. */
export function createMetricsServer({ registry, log }: MetricsServerOptions): OpsServer {
  const app = express();
  app.get('/metrics', async (_request, response) => {
    const text = await registry.metrics();
    response.type(registry.contentType).send(text);
  });
  return createOpsServer(app, log);
}

const HEADERS_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 256;

/** Serves what an application of express has routes for; all else is answered 404. */
export function createOpsServer(app: Express, log: Logger): OpsServer {
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((_request, response) => {
    response.status(404).type('text/plain').send('not found\n');
  });
  const onError: ErrorRequestHandler = (error, _request, response, _next) => {
    log.error({ error, cause: error }, 'operations request failed');
    response.status(500).type('text/plain').send('internal error\n');
  };
  app.use(onError);
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: HEADERS_TIMEOUT_MS }, app);
  server.maxConnections = MAX_CONNECTIONS;
  return {
    listen: (address) => listenOn(server, address),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
