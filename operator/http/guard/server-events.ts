/**
 * Binds a server of node:http or node:https to the limits. Node answers, drops or ends by itself what nobody listens to,
 * outside every limit, metric and log line; so this is the list of all that it can do with a connection, and who does it
 * here:
 *
 * | Node                                                | here                                                        |
 * | --------------------------------------------------- | ----------------------------------------------------------- |
 * | `connection`, `secureConnection`                    | admission counts the connection, then Node reads it         |
 * | `tlsClientError`                                    | counted, and the connection ends                            |
 * | `request`                                           | served                                                      |
 * | `checkContinue` (default: 100, then `request`)      | served; 100 is sent when the head is accepted               |
 * | `checkExpectation` (default: 417 by Node)           | served, and refused with 417 within all limits              |
 * | `upgrade` (default: what came behind it is lost)    | served as a plain request, and so is what came behind it    |
 * | `connect` (default: the connection ends)            | counted, 400, and the connection ends                       |
 * | `clientError` (default: 400, 408, 413, 431 by Node) | counted, answered in turn, and the connection ends          |
 * | no `Host` in HTTP/1.1 (default: 400 by Node)        | `requireHostHeader` is off: served, and refused with 400    |
 * | the preface of HTTP/2                               | a `clientError`                                             |
 * | `timeout` (default: the connection ends)            | the default: the limit of a connection on which none moves  |
 * | `dropRequest` (default: 503 by Node)                | never: `maxRequestsPerSocket` stays 0, limits have their own |
 * | `drop` (default: the connection ends)               | never: `maxConnections` stays unset, admission counts       |
 * | headers beyond `maxHeadersCount` (dropped)          | 0: none is dropped; the size of all is bounded              |
 */
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Admission } from './admission.ts';
import type { Expectation, ServeContext } from './exchange.ts';
import type { Limits } from './limits.ts';
import { serveRequest } from './serve-request.ts';

/** What a server must be made with. */
export function guardedOptions(limits: Limits): ServerOptions {
  return {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    requireHostHeader: false,
  };
}

/** Call it before the server listens. */
export function guardEvents(context: ServeContext, admission: Admission, server: Server | TlsServer): void {
  server.maxHeadersCount = 0;
  server.timeout = context.limits.stalledTimeoutMs;
  // A sender may end its side after its request, and still waits for the answer (RFC 9112, 9.6).
  Object.assign(server, { httpAllowHalfOpen: true });
  context.connections.watch(server);
  admission.guard(server);
  const serve = (expectation: Expectation) => (request: IncomingMessage, response: ServerResponse) =>
    void serveRequest(context, request, response, expectation);
  server.on('request', serve('none'));
  server.on('checkContinue', serve('continue'));
  server.on('checkExpectation', (request, response) => {
    // Without a value the header expects nothing.
    serve(request.headers.expect === '' ? 'none' : 'other')(request, response);
  });
}

/** Counts failed handshakes. Left alone, node:https takes them for requests that it could not read. */
export function guardHandshakes({ endpoint, metrics, refusals }: ServeContext, server: TlsServer): void {
  const code = 'TlsFailed';
  server.removeAllListeners('tlsClientError');
  server.on('tlsClientError', (_error, socket) => {
    metrics.refuseUnread(code);
    refusals.info(code, { controller: endpoint.name, code }, 'connection refused');
    socket.destroy();
  });
}
