/**
 * Serves an `Upgrade` request as the plain request that it is when nobody offers the other protocol (RFC 9110, 7.8).
 * Without this, node:http answers it and then drops whatever came in the same read behind its head: a pipelined request
 * gets no answer. So the head is read again without the header, and what follows after it.
 */
import type { IncomingMessage } from 'node:http';
import type { Server, Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';

/** Reads HTTP from a socket as from a new connection. */
export type ReadHttp = (socket: Socket) => void;

/** How this server reads HTTP. Call it before anything else listens to the server's connections. */
export function readerOf(server: Server): ReadHttp {
  const readers = server.listeners(server instanceof TlsServer ? 'secureConnection' : 'connection');
  return (socket) => {
    for (const reader of readers) reader.call(server, socket);
  };
}

/**
 * Puts the request back in front of `rest` and reads on. The socket must be as the event `upgrade` hands it over, and all
 * requests before it must be answered.
 */
export function readAsPlain(readHttp: ReadHttp, request: IncomingMessage, socket: Socket, rest: Buffer): void {
  if (rest.length > 0) socket.unshift(rest);
  socket.unshift(headWithoutUpgrade(request));
  readHttp(socket);
}

/** The bytes of the head as they came, which node:http reads one byte a character. */
function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  let head = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.toLowerCase() !== 'upgrade') head += `${name}: ${rawHeaders[at + 1]}\r\n`;
  }
  return Buffer.from(`${head}\r\n`, 'latin1');
}
