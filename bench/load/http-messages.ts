/**
 * HTTP/1.1 on bare sockets, for both ends of a load: it takes a fraction of the CPU of a client and a server of node:http,
 * and the load shares its cores with the operator. Reads nothing but messages whose length is declared.
 */
import type { Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding:/i;

/** Calls `onMessage` with the head and the body, in latin1, of each message that comes on the socket. */
export function onMessages(socket: Socket, onMessage: (head: string, body: string) => void): void {
  let received = '';
  socket.setEncoding('latin1').on('data', (text) => {
    received += text;
    for (let end = received.indexOf(HEAD_END); end !== -1; end = received.indexOf(HEAD_END)) {
      const head = received.slice(0, end);
      if (CHUNKED.test(head)) throw new Error(`a message without a length: ${head}`);
      const bodyAt = end + HEAD_END.length;
      const endAt = bodyAt + Number(LENGTH.exec(head)?.[1] ?? 0);
      if (received.length < endAt) return;
      const body = received.slice(bodyAt, endAt);
      received = received.slice(endAt);
      onMessage(head, body);
    }
  });
}

/** The status of an answer. */
export function statusOf(head: string): string {
  return head.slice(9, 12);
}

/** A request; both texts in latin1. */
export function postOf(host: string, path: string, body: string): string {
  const head = ['POST', path, 'HTTP/1.1\r\nHost:', host].join(' ');
  return `${head}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}${HEAD_END}${body}`;
}
