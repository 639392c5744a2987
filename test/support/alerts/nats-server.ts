/** A real nats-server for tests, on loopback. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../../control-plane/free-port.ts';
import { unpackedPackage } from '../debian-package.ts';

export interface NatsServer {
  /** `127.0.0.1:port` */
  readonly host: string;
  end(): Promise<void>;
}

/**
 * @param config in the server's own language; `FOLDER` stands for where the files are.
 * @throws Error that says in one line what this machine lacks.
 */
export async function startNatsServer(
  config = '',
  files: Readonly<Record<string, string>> = {},
  port?: number,
): Promise<NatsServer> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-nats-'));
  const host = `127.0.0.1:${port ?? (await freePort())}`;
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const file = join(folder, 'nats.conf');
  await writeFile(file, `listen: "${host}"\n${config.replaceAll('FOLDER', folder)}\n`);
  const program = join(unpackedPackage('nats-server'), 'usr', 'sbin', 'nats-server');
  const child = spawn(program, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    await ready(child);
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
  return {
    host,
    async end() {
      if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}

async function ready(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once('error', () => reject(new Error('nats-server cannot be run')));
  const said: string[] = [];
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      if (line.includes('Server is ready')) resolve();
    });
  }
  child.once('exit', () => reject(new Error(`nats-server ended: ${said.join('\n')}`)));
  await promise;
}
