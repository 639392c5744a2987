/** The end of a WebSocket at a service that speaks something else: its bytes go on to a TCP server, and back. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** RFC 6455, 1.3 */
const ACCEPT_KEY = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const BINARY = 0x82;
const CLOSE = 0x8;

/** Answers an upgrade with the protocol that was asked for. @param port of the TCP server, on loopback. */
export function bridgeWebSocket(request: IncomingMessage, socket: Duplex, port: number): void {
  const { 'sec-websocket-key': key = '', 'sec-websocket-protocol': protocol = '' } = request.headers;
  const accept = createHash('sha1').update(`${key}${ACCEPT_KEY}`).digest('base64');
  const fields = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}`;
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`);
  const service = connect(port, '127.0.0.1');
  let unread = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    for (let frame = readFrame(unread); frame !== undefined; frame = readFrame(unread)) {
      unread = unread.subarray(frame.end);
      if (frame.opcode === CLOSE) service.end();
      else service.write(frame.payload);
    }
  });
  service.on('data', (chunk) => socket.write(Buffer.concat([headOf(chunk.length), chunk])));
  service.on('close', () => socket.destroy());
  socket.on('close', () => service.destroy());
  for (const each of [socket, service]) each.on('error', () => {});
}

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  /** Where the next one begins. */
  readonly end: number;
}

/** @returns undefined: it is not whole yet. */
function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const maskAt = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < maskAt + 4) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  const end = maskAt + 4 + length;
  if (bytes.length < end) return undefined;
  const mask = bytes.subarray(maskAt, maskAt + 4);
  const payload = bytes.subarray(maskAt + 4, end).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return { opcode: bytes.readUInt8(0) & 0xf, payload: Buffer.from(payload), end };
}

function headOf(length: number): Buffer {
  if (length < 126) return Buffer.from([BINARY, length]);
  const head = Buffer.from([BINARY, 126, 0, 0]);
  head.writeUInt16BE(length, 2);
  return head;
}
