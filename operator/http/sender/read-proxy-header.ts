/** Takes the PROXY header off a connection before anybody else reads from it. */
import type { Socket } from 'node:net';
import type { Clock } from '../../observe/clock.ts';
import { parseProxyHeader } from './proxy-header.ts';

/** `undefined`: the proxy speaks for itself. `false`: no header, a broken one, or not in time; the connection is ended. */
export type ProxiedAddress = string | undefined | false;

export interface ReadProxyHeaderOptions {
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Called once, unless the connection ends first. */
  done(address: ProxiedAddress): void;
}

/** Reads nothing beyond the header. */
export function readProxyHeader(socket: Socket, { timeoutMs, clock, done }: ReadProxyHeaderOptions): void {
  let bytes = Buffer.alloc(0);
  const finish = (address: ProxiedAddress): void => {
    timer.cancel();
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
  const timer = clock.setTimeout(() => finish(false), timeoutMs);
  socket.once('close', () => timer.cancel());
  socket.on('readable', onReadable);
  socket.on('end', onEnd);
  socket.on('error', onError);
}
