/**
 * Listens for the page and its API. Until the first request it is a socket and nothing else: what answers is a file of
 * its own, loaded then.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type ListenAddress, listenOn } from '../../http/address.ts';
import type { Logger } from '../../observe/log.ts';
import type { PageApp } from './page-app.ts';
import { Problem, problemBody } from './problem.ts';
import { answerUnreadRequests } from './unread-request.ts';

export interface PageServer {
  /** @returns the port; undefined: the address, which nobody asked for, cannot be had. @throws Error with one line */
  listen(address: ListenAddress): Promise<number | undefined>;
  /** Ends at once: streams never end by themselves. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const CHECK_MS = 5_000;
const MAX_CONNECTIONS = 256;
const FAILED = { 'Cache-Control': 'no-store', 'Content-Type': 'application/problem+json', Connection: 'close' };

/** @param load called once, at the first request; again after it has failed. */
export function createPageServer(load: () => Promise<PageApp>, log: Logger): PageServer {
  let loading: Promise<PageApp> | undefined;
  function handle(request: IncomingMessage, response: ServerResponse): void {
    loading ??= load();
    loading.then(
      (app) => app.handle(request, response),
      (error: unknown) => {
        loading = undefined;
        log.error({ error, cause: error }, 'the page cannot be loaded');
        const problem = new Problem('InternalError', 'The operator has failed; its log says how');
        response.writeHead(500, FAILED).end(JSON.stringify(problemBody(problem)));
      },
    );
  }
  const timeouts = { headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS, connectionsCheckingInterval: CHECK_MS };
  // Without a host it is refused as others are; whatever else it expects, it is served.
  const server = createServer({ ...timeouts, requireHostHeader: false }, handle);
  server.on('checkExpectation', handle);
  answerUnreadRequests(server);
  server.maxConnections = MAX_CONNECTIONS;
  return {
    async listen(address) {
      try {
        return (await listenOn(server, address)).port;
      } catch (error) {
        if (address.spare !== true) throw error;
        log.info({ error }, 'the page is not served: set --page-addr to a free address');
        return undefined;
      }
    },
    async close() {
      const app = loading;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await app?.then(
        ({ stop }) => stop(),
        () => {},
      );
    },
  };
}
