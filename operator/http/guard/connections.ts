/**
 * The connections of the receiver server beside their requests: bytes that are no request, requests that do not come
 * to an end, and the end of a connection whose request was answered early.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionErrorCode, RequestErrorCode } from '../../api/errors.ts';
import type { Clock } from '../../observe/clock.ts';
import { freeBytes } from './free-bytes.ts';
import { ignoreRest } from './ignore-rest.ts';
import { type LingerLimits, linger } from './linger.ts';
import { createPipelining, type Pipelining, type PipeliningLimits, type RequestQueue } from './pipelining.ts';
import { readAsPlain, readerOf } from './plain-request.ts';
import { type Refusal, refusalOfParser } from './refusal.ts';

export interface Connections {
  /** Takes care of the connections of an HTTP server, with or without TLS. Call it first of all that listens to them. */
  watch(server: Server): void;
  /** A request and the answer that it will get; false: its connection has had its last one, and it gets none. */
  began(request: IncomingMessage, response: ServerResponse): boolean;
  /** Has the connection end after this answer, whatever of the request is still to come. To be called before its head. */
  endAfter(response: ServerResponse): void;
  /** How the connection was given up before the request was whole, if it was; there is nothing more to answer then. */
  refusalOf(request: IncomingMessage): Refusal | undefined;
}

export interface ConnectionLimits extends LingerLimits, PipeliningLimits {
  /** 0: no limit. */
  readonly maxRequestsPerConnection: number;
  readonly stalledTimeoutMs: number;
}

interface Connection {
  /** Requests so far. */
  requests: number;
  readonly queue: RequestQueue;
  last: ServerResponse | undefined;
  /** It has had its last request. */
  ended: boolean;
  refusal: Refusal | undefined;
}

interface State {
  readonly limits: ConnectionLimits;
  readonly clock: Clock;
  readonly onUnread: OnUnread;
  readonly pipelining: Pipelining;
  /** A request outlives its connection by a little, and then still asks how it ended. */
  readonly connections: WeakMap<Socket, Connection>;
}

/** What node:http says of bytes that are no request, with a copy of them. */
interface BrokenError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
}

/** A refusal that belongs to no request, by its code. */
type OnUnread = (code: RequestErrorCode | ConnectionErrorCode, socket: Socket) => void;

export function createConnections(limits: ConnectionLimits, clock: Clock, onUnread: OnUnread): Connections {
  const state: State = { limits, clock, onUnread, pipelining: createPipelining(limits), connections: new WeakMap() };
  return {
    watch: (server) => watch(state, server),
    began: (request, response) => began(state, request.socket, response),
    endAfter: (response) => endAfter(state, response),
    refusalOf: ({ complete, socket }) => (complete ? undefined : state.connections.get(socket)?.refusal),
  };
}

function watch(state: State, server: Server): void {
  server.on('clientError', (error: BrokenError, duplex: Duplex) => {
    // node:http says Duplex for those who feed it other streams; here they are sockets.
    onBroken(state, duplex as Socket, error);
  });
  server.on('connect', (_request: IncomingMessage, duplex: Duplex) => refuseTunnel(state, duplex as Socket));
  const readHttp = readerOf(server);
  server.on('upgrade', (request: IncomingMessage, duplex: Duplex, rest: Buffer) => {
    const socket = duplex as Socket;
    inTurn(state, socket, () => readAsPlain(readHttp, request, socket, rest));
  });
}

/** Calls `next` when all requests so far are answered. Until then nothing reads from the socket. */
function inTurn(state: State, socket: Socket, next: () => void): void {
  const connection = connectionOf(state, socket);
  const { last, queue } = connection;
  // node:http has taken its own listeners away.
  const destroy = (): void => void socket.destroy();
  socket.on('error', destroy).on('timeout', destroy);
  const proceed = (): void => {
    if (connection.ended) {
      ignoreRest(socket, state.limits.stalledTimeoutMs, state.clock);
      return;
    }
    socket.off('error', destroy).off('timeout', destroy);
    if (!socket.destroyed) next();
  };
  if (last === undefined || queue.open === 0) proceed();
  else last.once('close', proceed);
}

function connectionOf(state: State, socket: Socket): Connection {
  const known = state.connections.get(socket);
  if (known !== undefined) return known;
  const queue = { open: 0, turn: 0, burst: 0 };
  const connection: Connection = { requests: 0, queue, last: undefined, ended: false, refusal: undefined };
  state.connections.set(socket, connection);
  // Of the responses that wait for those before them, node:http closes none with their socket.
  socket.once('close', () => state.pipelining.end(queue, queue.open));
  return connection;
}

function began(state: State, socket: Socket, response: ServerResponse): boolean {
  const { limits, clock, pipelining, onUnread } = state;
  const connection = connectionOf(state, socket);
  const { queue } = connection;
  if (connection.ended) {
    ignoreRest(socket, limits.stalledTimeoutMs, clock);
    return false;
  }
  if (!pipelining.begin(queue)) {
    onUnread('TooManyPipelined', socket);
    endAfterLast(state, socket, connection);
    return false;
  }
  connection.requests++;
  connection.last = response;
  // node:http has such a limit too, but only asks the sender to end the connection.
  if (connection.requests === limits.maxRequestsPerConnection) endAfter(state, response);
  response.once('close', () => pipelining.end(queue, 1));
  return true;
}

function endAfter(state: State, response: ServerResponse): void {
  const { socket } = response.req;
  connectionOf(state, socket).ended = true;
  response.setHeader('Connection', 'close');
  // What node:http calls after the last answer of a connection.
  socket.destroySoon = () => linger(socket, state.limits, state.clock);
}

/** No request comes after the last one that began, and what else comes is thrown away from now on. */
function endAfterLast(state: State, socket: Socket, connection: Connection): void {
  const { last } = connection;
  connection.ended = true;
  if (last === undefined || last.writableFinished) {
    linger(socket, state.limits, state.clock);
    return;
  }
  ignoreRest(socket, state.limits.stalledTimeoutMs, state.clock);
  if (last.headersSent) last.once('finish', () => linger(socket, state.limits, state.clock));
  else endAfter(state, last);
}

/** node:http could not read what came, or it did not come in time. */
function onBroken(state: State, socket: Socket, error: BrokenError): void {
  if (error.rawPacket !== undefined) freeBytes(error.rawPacket);
  const connection = connectionOf(state, socket);
  if (!socket.writable || error.code === 'ECONNRESET') socket.destroy();
  else if (connection.refusal === undefined) refuse(state, socket, connection, refusalOfParser(error.code));
}

function refuse(state: State, socket: Socket, connection: Connection, refusal: Refusal): void {
  const { limits, clock, onUnread } = state;
  const { last, queue } = connection;
  connection.refusal = refusal;
  // What follows a whole request must not take that one's answer, nor come before it.
  if (last?.req.complete === true && queue.open > 0) {
    onUnread(refusal.code, socket);
    endAfterLast(state, socket, connection);
    return;
  }
  if (queue.open === 0) onUnread(refusal.code, socket);
  if (queue.open <= 1) socket.write(answerOf(refusal));
  linger(socket, limits, clock);
}

function refuseTunnel({ limits, clock, onUnread }: State, socket: Socket): void {
  const refusal = refusalOfParser(undefined);
  onUnread(refusal.code, socket);
  // From here on node:http does nothing for this socket, not even for its errors.
  socket.on('error', () => socket.destroy());
  socket.write(answerOf(refusal));
  linger(socket, limits, clock);
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
