/** Takes the PROXY header off a connection before anybody else reads from it. */
import type { Socket } from 'node:net';
import { parseProxyHeader } from './proxy-header.ts';

/** `undefined`: the proxy speaks for itself. `false`: no header, a broken one, or not in time; the connection is ended. */
export type ProxiedAddress = string | undefined | false;

/** `done` is called once, unless the connection ends first. */
export function readProxyHeader(socket: Socket, timeoutMs: number, done: (address: ProxiedAddress) => void): void {
  let bytes = Buffer.alloc(0);
  const finish = (address: ProxiedAddress): void => {
    clearTimeout(timer);
    socket.off('readable', onReadable);
    socket.off('end', onEnd);
    socket.off('error', onError);
    if (address === false) socket.destroy();
    done(address);
  };
  const onReadable = (): void => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    bytes = Buffer.concat([bytes, chunk]);
    const header = parseProxyHeader(bytes);
    if (header.kind === 'more') return;
    if (header.kind === 'invalid') {
      finish(false);
      return;
    }
    const rest = bytes.subarray(header.length);
    if (rest.length > 0) socket.unshift(rest);
    finish(header.address);
  };
  const onEnd = (): void => finish(false);
  const onError = (): void => void socket.destroy();
  const timer = setTimeout(() => finish(false), timeoutMs);
  socket.once('close', () => clearTimeout(timer));
  socket.on('readable', onReadable);
  socket.on('end', onEnd);
  socket.on('error', onError);
}
