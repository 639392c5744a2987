/**
 * Connections before they are served: counted over all listeners, turned away where there are too many, and known until
 * they end.
 */
import type { Server, Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { Limits } from './limits.ts';

export interface Doorkeeper {
  /** Has every connection to this server pass here first. To be called before it listens. */
  guard(server: Server): void;
  /** Ends the connections that have not sent a byte of a request, those amid a TLS handshake among them. */
  closeUnused(): void;
  /** Ends all of them. */
  destroy(): void;
}

interface Connection {
  /** What the requests come on: the socket itself, or what TLS makes of it once both sides have agreed. */
  carrier: Socket | undefined;
}

interface State {
  readonly maxConnections: number;
  readonly onTurnedAway: () => void;
  readonly connections: Map<Socket, Connection>;
}

/** `onTurnedAway` is told of each connection that is closed at once. */
export function createDoorkeeper({ maxConnections }: Limits, onTurnedAway: () => void): Doorkeeper {
  const state: State = { maxConnections, onTurnedAway, connections: new Map() };
  const { connections } = state;
  return {
    guard: (server) => guard(state, server),
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
  // Which connection a TLS socket is made of, it does not tell; both have the same two ends.
  const handshaking = server instanceof TlsServer ? new Map<string, Connection>() : undefined;
  server.on('connection', (socket: Socket) => {
    const connection = letIn(state, socket);
    if (connection === undefined) return;
    if (handshaking === undefined) connection.carrier = socket;
    else {
      const ends = endsOf(socket);
      handshaking.set(ends, connection);
      socket.once('close', () => handshaking.delete(ends));
    }
    for (const listener of serve) listener.call(server, socket);
  });
  server.prependListener('secureConnection', (carrier: Socket) => {
    const connection = handshaking?.get(endsOf(carrier));
    if (connection === undefined) carrier.destroy();
    else connection.carrier = carrier;
  });
}

function letIn({ maxConnections, onTurnedAway, connections }: State, socket: Socket): Connection | undefined {
  if (connections.size >= maxConnections) {
    socket.destroy();
    onTurnedAway();
    return undefined;
  }
  const connection: Connection = { carrier: undefined };
  connections.set(socket, connection);
  socket.once('close', () => connections.delete(socket));
  return connection;
}

function endsOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
