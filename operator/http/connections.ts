/**
 * The connections of the receiver server beside their requests: bytes that are no request, requests that do not come
 * to an end, and the end of a connection whose request was answered early.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type LingerLimits, linger } from './linger.ts';
import { type Refusal, refusalOfParser } from './refusal.ts';

export interface Connections {
  /** A request and the answer that it will get; from its head to the end of the answer. */
  began(request: IncomingMessage, response: ServerResponse): void;
  /** Has the connection end after this answer, whatever of the request is still to come. To be called before its head. */
  endAfter(response: ServerResponse): void;
  /** How the connection was given up before the request was whole, if it was; there is nothing more to answer then. */
  refusalOf(request: IncomingMessage): Refusal | undefined;
  /** Ends the connections that have not sent a byte. */
  closeUnused(): void;
  /** Ends all of them. */
  destroy(): void;
}

interface Connection {
  /** Requests without an answer. */
  open: number;
  last: ServerResponse | undefined;
  refusal: Refusal | undefined;
}

interface State {
  readonly limits: LingerLimits;
  readonly onUnread: (refusal: Refusal) => void;
  readonly sockets: Set<Socket>;
  /** A request outlives its connection by a little, and then still asks how it ended. */
  readonly connections: WeakMap<Socket, Connection>;
}

/** `onUnread` is told of refusals that belong to no request. */
export function watchConnections(
  server: Server,
  limits: LingerLimits,
  onUnread: (refusal: Refusal) => void,
): Connections {
  const state: State = { limits, onUnread, sockets: new Set(), connections: new WeakMap() };
  const { sockets, connections } = state;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    connections.set(socket, { open: 0, last: undefined, refusal: undefined });
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, duplex: Duplex) => {
    // node:http says Duplex for those who feed it other streams; here they are sockets.
    onBroken(state, duplex as Socket, error);
  });
  server.on('connect', (_request: IncomingMessage, duplex: Duplex) => refuseTunnel(state, duplex as Socket));
  return {
    began: (request, response) => began(state, request, response),
    endAfter: (response) => endAfter(state, response),
    refusalOf: (request) => (request.complete ? undefined : connections.get(request.socket)?.refusal),
    closeUnused() {
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    },
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function began({ connections }: State, request: IncomingMessage, response: ServerResponse): void {
  const connection = connections.get(request.socket);
  if (connection === undefined) return;
  connection.open++;
  connection.last = response;
  response.once('close', () => {
    connection.open--;
  });
}

function endAfter({ limits }: State, response: ServerResponse): void {
  const { socket } = response.req;
  response.setHeader('Connection', 'close');
  // What node:http calls after the last answer of a connection.
  socket.destroySoon = () => linger(socket, limits);
}

/** node:http could not read what came, or it did not come in time; it says so again for whatever comes after. */
function onBroken(state: State, socket: Socket, error: NodeJS.ErrnoException): void {
  const connection = state.connections.get(socket);
  if (connection === undefined || !socket.writable || error.code === 'ECONNRESET') socket.destroy();
  else if (connection.refusal === undefined) refuse(state, socket, connection, refusalOfParser(error.code));
}

function refuse(state: State, socket: Socket, connection: Connection, refusal: Refusal): void {
  const { limits, onUnread } = state;
  const { last, open } = connection;
  connection.refusal = refusal;
  // What follows a whole request must not take that one's answer, nor come before it.
  if (last?.req.complete === true && open > 0) {
    onUnread(refusal);
    if (last.headersSent) last.once('finish', () => linger(socket, limits));
    else endAfter(state, last);
    return;
  }
  if (open === 0) onUnread(refusal);
  if (open <= 1) socket.write(answerOf(refusal));
  linger(socket, limits);
}

function refuseTunnel({ limits, onUnread }: State, socket: Socket): void {
  const refusal = refusalOfParser(undefined);
  onUnread(refusal);
  // From here on node:http does nothing for this socket, not even for its errors.
  socket.on('error', () => socket.destroy());
  socket.resume();
  socket.write(answerOf(refusal));
  linger(socket, limits);
}

function answerOf({ status }: Refusal): string {
  return `HTTP/1.1 ${status} ${reasonPhrases[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
}

const reasonPhrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Payload Too Large',
  431: 'Request Header Fields Too Large',
};
