/** The end of requests on a connection that stays open for a while. */
import type { Socket } from 'node:net';
import type { Clock } from '../../observe/clock.ts';
import { freeBytesSoon } from './free-bytes.ts';

/** With what node:http reads it by. */
type ParsedSocket = Socket & { readonly parser?: { onIncoming: () => number } | null };

/** What node:http's parser is answered for a head after which there is no HTTP. */
const UPGRADE = 2;

/**
 * Throws away whatever else comes, for `timeoutMs` at most: node:http would go on making requests of it and keep them.
 * Nothing public stops its parser within a read, which can bring a thousand; what it takes for an upgrade does.
 */
export function ignoreRest(socket: ParsedSocket, timeoutMs: number, clock: Clock): void {
  if (socket.parser) socket.parser.onIncoming = () => UPGRADE;
  socket.removeAllListeners('data');
  socket.on('data', (bytes: Buffer) => {
    freeBytesSoon(bytes);
    // One read in each turn of the event loop: left alone, there are many in a row, and all others wait.
    socket.pause();
    setImmediate(() => socket.resume());
  });
  const deadline = clock.setTimeout(() => socket.destroy(), timeoutMs);
  socket.once('close', () => deadline.cancel());
}
