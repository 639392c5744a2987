/** Two sockets that are the ends of one connection on this machine. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface SocketPair {
  readonly sender: Socket;
  /** The server's end. Neither ends because the other does. */
  readonly socket: Socket;
}

export async function socketPair(): Promise<SocketPair> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  const sender = connect({ port: address.port, host: '127.0.0.1', allowHalfOpen: true });
  const [socket] = (await once(server, 'connection')) as [Socket];
  server.close();
  for (const end of [sender, socket]) end.on('error', () => end.destroy());
  return { sender, socket };
}
