/**
 * Admits connections: counts them over all listeners and by address, rejects those beyond a limit, and knows the others
 * until they end. The header in which a trusted proxy names its client is taken off first.
 */
import type { Server, Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { ConnectionErrorCode } from '../../api/errors.ts';
import type { Clock } from '../../observe/clock.ts';
import { readProxyHeader } from '../sender/read-proxy-header.ts';
import { plainAddress } from '../sender/sender-of.ts';
import type { TrustedProxies } from '../sender/trusted-proxies.ts';
import { createAddressCounts } from './address-counts.ts';
import type { Limits } from './limits.ts';

/** Why a connection was closed without an answer. */
export type RejectedConnection = Extract<
  ConnectionErrorCode,
  'TooManyConnections' | 'TooManyOfAddress' | 'ProxyHeaderInvalid'
>;

export interface Admission {
  /** Admits or rejects every connection to this server. Call it before the server listens. */
  guard(server: Server): void;
  /** The address of the client whose requests this socket carries: the one that its proxy named, or the other end; else empty. */
  addressOf(carrier: Socket): string;
  /** Ends the connections that have not sent a byte of a request, also those in a TLS handshake. */
  closeUnused(): void;
  /** Ends all connections. */
  destroy(): void;
}

export interface AdmissionOptions {
  readonly limits: Limits;
  readonly trusted: TrustedProxies;
  /** Whether a trusted proxy begins its connections with a PROXY header. */
  readonly proxyProtocol: boolean;
  readonly clock: Clock;
  readonly onRejected: (code: RejectedConnection) => void;
}

interface Connection {
  /** The socket of the requests: the connection's own, or the one that TLS makes of it after its handshake. */
  carrier: Socket | undefined;
  /** The client that its proxy named. */
  proxied: string | undefined;
}

interface State {
  readonly options: AdmissionOptions;
  readonly connections: Map<Socket, Connection>;
  /** Undefined: no limit. Returns whether there is room for one more. */
  readonly enter: ((socket: Socket, address: string) => boolean) | undefined;
  /** The clients that proxies named, by carrier. */
  readonly proxied: WeakMap<Socket, string>;
}

export function createAdmission(options: AdmissionOptions): Admission {
  const { maxConnectionsPerAddress } = options.limits;
  const enter = maxConnectionsPerAddress === 0 ? undefined : createAddressCounts(maxConnectionsPerAddress);
  const state: State = { options, connections: new Map(), enter, proxied: new WeakMap() };
  const { connections, proxied } = state;
  return {
    guard: (server) => guard(state, server),
    addressOf: (carrier) => proxied.get(carrier) ?? peerOf(carrier),
    closeUnused() {
      for (const [socket, { carrier }] of connections) if ((carrier?.bytesRead ?? 0) === 0) socket.destroy();
    },
    destroy() {
      for (const socket of connections.keys()) socket.destroy();
    },
  };
}

function guard(state: State, server: Server): void {
  const serve = server.listeners('connection');
  server.removeAllListeners('connection');
  const expectCarrier = server instanceof TlsServer ? awaitHandshakes(state, server) : undefined;
  server.on('connection', (socket: Socket) => {
    admit(state, socket, (connection) => {
      if (expectCarrier === undefined) carry(state, connection, socket);
      else expectCarrier(connection, socket);
      for (const listener of serve) listener.call(server, socket);
    });
  });
}

/** A TLS socket does not name the connection it is made of; both have the same two ends. */
function awaitHandshakes(state: State, server: TlsServer): (connection: Connection, socket: Socket) => void {
  const expected = new Map<string, Connection>();
  server.prependListener('secureConnection', (carrier: Socket) => {
    const connection = expected.get(endsOf(carrier));
    if (connection === undefined) carrier.destroy();
    else carry(state, connection, carrier);
  });
  return (connection, socket) => {
    const ends = endsOf(socket);
    expected.set(ends, connection);
    socket.once('close', () => expected.delete(ends));
  };
}

function endsOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}

function carry({ proxied }: State, connection: Connection, carrier: Socket): void {
  connection.carrier = carrier;
  if (connection.proxied !== undefined) proxied.set(carrier, connection.proxied);
}

function admit(state: State, socket: Socket, serve: (connection: Connection) => void): void {
  const { options, connections } = state;
  const { limits, trusted, proxyProtocol, clock, onRejected } = options;
  if (connections.size >= limits.maxConnections) {
    reject(socket, 'TooManyConnections', onRejected);
    return;
  }
  const connection: Connection = { carrier: undefined, proxied: undefined };
  connections.set(socket, connection);
  socket.once('close', () => connections.delete(socket));
  if (!proxyProtocol || !trusted.has(peerOf(socket))) {
    if (hasRoom(state, socket, connection)) serve(connection);
    return;
  }
  readProxyHeader(socket, {
    timeoutMs: limits.headersTimeoutMs,
    clock,
    done(address) {
      connection.proxied = address || undefined;
      if (address === false) onRejected('ProxyHeaderInvalid');
      else if (hasRoom(state, socket, connection)) serve(connection);
    },
  });
}

/** The connections of a proxy that names no client are those of many clients. */
function hasRoom({ enter, options }: State, socket: Socket, { proxied }: Connection): boolean {
  if (enter === undefined) return true;
  const address = proxied ?? peerOf(socket);
  if (options.trusted.has(address) || enter(socket, address)) return true;
  reject(socket, 'TooManyOfAddress', options.onRejected);
  return false;
}

function peerOf(socket: Socket): string {
  return plainAddress(socket.remoteAddress ?? '');
}

function reject(socket: Socket, code: RejectedConnection, onRejected: AdmissionOptions['onRejected']): void {
  socket.destroy();
  onRejected(code);
}
