// Finds loopback ports for servers that are processes of their own.
import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

// Below the range that Linux and macOS hand out for outgoing connections, so that no client socket can take the
// port of an API server that a test has killed and starts again.
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;
const ATTEMPTS = 100;

const claimed = new Set<string>();

/**
 * A TCP port on 127.0.0.1 that is free, and that no other process of this user gets from here as long as this one lives.
 * Throws when a hundred random ones were all taken.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (claim(port) && (await isFree(port))) {
      return port;
    }
  }
  throw new Error(`no free port found on 127.0.0.1 between ${FIRST_PORT} and ${LAST_PORT}`);
}

/** `count` different free ports. */
export async function freePorts<const Count extends number>(count: Count): Promise<Ports<Count>> {
  const ports: number[] = [];
  while (ports.length < count) {
    ports.push(await freePort());
  }
  return ports as Ports<Count>;
}

/** A tuple of `Count` numbers, so that destructuring it needs no checks. */
type Ports<Count extends number, Found extends number[] = []> = Found['length'] extends Count
  ? Found
  : Ports<Count, [...Found, number]>;

/** Between the check that a port is free and a server's start another process must not find it free as well. */
function claim(port: number): boolean {
  const folder = join(tmpdir(), `sluice-ports-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, String(port));
  if (isClaimed(file)) {
    return false;
  }
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  }
  if (claimed.size === 0) {
    process.once('exit', release);
  }
  claimed.add(file);
  return true;
}

/** A claim ends with its process; what a killed one left is removed. */
function isClaimed(file: string): boolean {
  try {
    const holder = Number(readFileSync(file, 'utf8'));
    // Empty for the moment between its making and its writing.
    if (holder === 0) {
      return true;
    }
    process.kill(holder, 0);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') {
      rmSync(file, { force: true });
    }
    return code !== 'ESRCH' && code !== 'ENOENT';
  }
}

function release(): void {
  for (const file of claimed) {
    rmSync(file, { force: true });
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
