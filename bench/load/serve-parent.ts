import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves on a free port for the process that forked this one, which gets the port as its one message, until it lets go. */
export function serveParent(server: Server): void {
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.once('disconnect', () => process.exit());
}
