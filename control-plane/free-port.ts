// Finds loopback ports for the control plane's servers.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the range that Linux and macOS hand out for outgoing connections, so that no client socket can take the
// port of an API server that a test has killed and starts again.
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;
const ATTEMPTS = 100;

/** A TCP port on 127.0.0.1 that was free a moment ago. Throws when a hundred random ones were all taken. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree(port)) {
      return port;
    }
  }
  throw new Error(`no free port found on 127.0.0.1 between ${FIRST_PORT} and ${LAST_PORT}`);
}

/** `count` different free ports. */
export async function freePorts<const Count extends number>(count: Count): Promise<Ports<Count>> {
  const ports = new Set<number>();
  while (ports.size < count) {
    ports.add(await freePort());
  }
  return [...ports] as number[] as Ports<Count>;
}

/** A tuple of `Count` numbers, so that destructuring it needs no checks. */
type Ports<Count extends number, Found extends number[] = []> = Found['length'] extends Count
  ? Found
  : Ports<Count, [...Found, number]>;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
