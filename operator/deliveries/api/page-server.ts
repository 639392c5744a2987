/**
 * Listens for the page and its API. Until the first request it is a socket and nothing else: what answers is a file of
 * its own, loaded then.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type ListenAddress, listenOn } from '../../http/address.ts';
import type { Logger } from '../../observe/log.ts';
import type { PageApp } from './page-app.ts';

export interface PageServer {
  /** @returns the port; undefined: the address, which nobody asked for, cannot be had. @throws Error with one line */
  listen(address: ListenAddress): Promise<number | undefined>;
  /** Ends at once: streams never end by themselves. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const CHECK_MS = 5_000;
const MAX_CONNECTIONS = 256;

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
        response.writeHead(500, { 'Cache-Control': 'no-store', Connection: 'close' }).end();
      },
    );
  }
  const timeouts = { headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS, connectionsCheckingInterval: CHECK_MS };
  const server = createServer(timeouts, handle);
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
