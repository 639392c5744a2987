/**
 * Ends a connection whose sender may still be sending. Closed at once, the kernel would answer the bytes under way with
 * a reset, and the sender would lose the answer with it; so they are read and thrown away for a while, within bounds.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../../observe/clock.ts';
import { ignoreRest } from './ignore-rest.ts';

export interface LingerLimits {
  readonly drainBytes: number;
  readonly drainTimeoutMs: number;
}

const CHECK_EVERY_MS = 50;

/** Sends what is yet to be sent and the end, then waits for the sender's end: not for ever, and not for every byte. */
export function linger(socket: Socket, { drainBytes, drainTimeoutMs }: LingerLimits, clock: Clock): void {
  if (socket.destroyed) return;
  const untilBytes = socket.bytesRead + drainBytes;
  ignoreRest(socket, drainTimeoutMs, clock);
  socket.end();
  const timer = clock.setInterval(() => {
    if (socket.bytesRead >= untilBytes) socket.destroy();
  }, CHECK_EVERY_MS);
  socket.once('close', () => timer.cancel());
}
