/**
 * Connections before they are served: counted over all listeners and by address, turned away where there are too many,
 * and known until they end. Where a proxy tells for whom it speaks, that is taken off first.
 */
import type { Server, Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { readProxyHeader } from '../sender/read-proxy-header.ts';
import { plainAddress } from '../sender/sender-of.ts';
import type { TrustedProxies } from '../sender/trusted-proxies.ts';
import { createAddressCounts } from './address-counts.ts';
import type { Limits } from './limits.ts';

/** Why a connection was closed without a word. */
export type TurnedAway = 'TooManyConnections' | 'TooManyOfAddress' | 'ProxyHeaderInvalid';

export interface Doorkeeper {
  /** Has every connection to this server pass here first. To be called before it listens. */
  guard(server: Server): void;
  /** The other end of the connection that carries requests on this socket, or for whom its proxy said to speak; else empty. */
  addressOf(carrier: Socket): string;
  /** Ends the connections that have not sent a byte of a request, those amid a TLS handshake among them. */
  closeUnused(): void;
  /** Ends all of them. */
  destroy(): void;
}

export interface DoorkeeperOptions {
  readonly limits: Limits;
  readonly trusted: TrustedProxies;
  /** Whether a trusted proxy begins its connections with a PROXY header. */
  readonly proxyProtocol: boolean;
  readonly onTurnedAway: (why: TurnedAway) => void;
}

interface Connection {
  /** What the requests come on: the socket itself, or what TLS makes of it once both sides have agreed. */
  carrier: Socket | undefined;
  /** For whom its proxy said to speak. */
  proxied: string | undefined;
}

interface State {
  readonly options: DoorkeeperOptions;
  readonly connections: Map<Socket, Connection>;
  /** Undefined: no limit. Returns whether there is room for one more. */
  readonly enter: ((socket: Socket, address: string) => boolean) | undefined;
  /** Of the carriers whose proxies told one. */
  readonly proxied: WeakMap<Socket, string>;
}

export function createDoorkeeper(options: DoorkeeperOptions): Doorkeeper {
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
    letIn(state, socket, (connection) => {
      if (expectCarrier === undefined) carry(state, connection, socket);
      else expectCarrier(connection, socket);
      for (const listener of serve) listener.call(server, socket);
    });
  });
}

/** Which connection a TLS socket is made of, it does not tell; both have the same two ends. */
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

function letIn(state: State, socket: Socket, serve: (connection: Connection) => void): void {
  const { options, connections } = state;
  const { limits, trusted, proxyProtocol, onTurnedAway } = options;
  if (connections.size >= limits.maxConnections) {
    turnAway(socket, 'TooManyConnections', onTurnedAway);
    return;
  }
  const connection: Connection = { carrier: undefined, proxied: undefined };
  connections.set(socket, connection);
  socket.once('close', () => connections.delete(socket));
  if (!proxyProtocol || !trusted.has(peerOf(socket))) {
    if (hasRoom(state, socket, connection)) serve(connection);
    return;
  }
  readProxyHeader(socket, limits.headersTimeoutMs, (address) => {
    connection.proxied = address || undefined;
    if (address === false) onTurnedAway('ProxyHeaderInvalid');
    else if (hasRoom(state, socket, connection)) serve(connection);
  });
}

/** A proxy that speaks for itself, or does not say for whom, brings the connections of many. */
function hasRoom({ enter, options }: State, socket: Socket, { proxied }: Connection): boolean {
  if (enter === undefined) return true;
  const address = proxied ?? peerOf(socket);
  if (options.trusted.has(address) || enter(socket, address)) return true;
  turnAway(socket, 'TooManyOfAddress', options.onTurnedAway);
  return false;
}

function peerOf(socket: Socket): string {
  return plainAddress(socket.remoteAddress ?? '');
}

function turnAway(socket: Socket, why: TurnedAway, tell: DoorkeeperOptions['onTurnedAway']): void {
  socket.destroy();
  tell(why);
}
