/** A wire between a client and a server that a test can cut, hold up and take away. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface TcpProxy {
  /** As the server's URL, with the proxy's port. */
  readonly url: string;
  /** How many connections of clients are open now. */
  readonly open: number;
  /** How many there have been. */
  readonly opened: number;
  /** Breaks all connections; new ones are taken. */
  cut(): void;
  /** Keeps all connections, and takes new ones, but lets no byte through. */
  hold(): void;
  /** Breaks all connections and refuses new ones. */
  refuse(): Promise<void>;
  /** Ends `hold` and `refuse`. What was held up goes on its way. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** Listens on a loopback port of its own. @param target URL of the server behind it. */
export async function createTcpProxy(target: string): Promise<TcpProxy> {
  const { protocol, hostname, port } = new URL(target);
  const pairs = new Set<Pair>();
  let opened = 0;
  let held = false;

  const server = createServer((client) => {
    opened += 1;
    const pair = { client, server: connect(Number(port), hostname) };
    pairs.add(pair);
    join(pair, () => pairs.delete(pair));
    if (held) suspend(pair);
  });
  const ownPort = await listen(server, 0);
  const cut = (): void => {
    for (const pair of pairs) pair.client.resetAndDestroy();
  };
  const refuse = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    cut();
    await closed;
  };
  return {
    url: `${protocol}//127.0.0.1:${ownPort}`,
    get open() {
      return pairs.size;
    },
    get opened() {
      return opened;
    },
    cut,
    hold() {
      held = true;
      for (const pair of pairs) suspend(pair);
    },
    refuse,
    async restore() {
      held = false;
      for (const pair of pairs) join(pair);
      if (!server.listening) await listen(server, ownPort);
    },
    stop: async () => {
      if (server.listening) await refuse();
    },
  };
}

/** Moves bytes both ways; with `onEnd`, also the end of one side to the other. */
function join({ client, server }: Pair, onEnd?: () => void): void {
  client.pipe(server);
  server.pipe(client);
  if (onEnd === undefined) return;
  for (const [socket, other] of [
    [client, server],
    [server, client],
  ] as const) {
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      other.destroy();
      onEnd();
    });
  }
}

function suspend({ client, server }: Pair): void {
  client.unpipe(server);
  server.unpipe(client);
  client.pause();
  server.pause();
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
