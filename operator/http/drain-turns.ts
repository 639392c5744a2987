/**
 * Who of those whose bytes are thrown away is read from now. The others' bytes stay where they are, in the kernel, so
 * that many who are refused at once are not much garbage at once; who reads the answer while it sends hangs up meanwhile.
 */
import type { Socket } from 'node:net';

export interface DrainTurns {
  /** Has a connection that only waits for its end read now, or when others are closed. */
  join(socket: Socket): void;
}

export function createDrainTurns(atOnce: number): DrainTurns {
  const waiting = new Set<Socket>();
  let reading = 0;

  function read(socket: Socket): void {
    reading += 1;
    socket.once('close', () => {
      reading -= 1;
      for (const next of waiting) {
        if (reading >= atOnce) return;
        waiting.delete(next);
        if (!next.destroyed) read(next);
      }
    });
    if (socket.isPaused()) socket.resume();
  }

  return {
    join(socket) {
      if (reading < atOnce) {
        read(socket);
        return;
      }
      waiting.add(socket);
      socket.once('close', () => waiting.delete(socket));
      // node:http has it read on when the answer is out; only after that is there something to hold back.
      setImmediate(() => {
        if (waiting.has(socket)) socket.pause();
      });
    },
  };
}
