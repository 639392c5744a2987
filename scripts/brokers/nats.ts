/** A real nats-server on loopback, for tests and the demo: Debian's (2.9), or the current one, built from its Go module. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Component, ComponentError, startComponent } from '../../control-plane/component.ts';
import { freePort } from '../../control-plane/free-port.ts';
import type { Progress } from '../../control-plane/progress.ts';
import { createRunFolder, type RunFolder } from '../../control-plane/run-folder.ts';
import { unpackedPackage } from '../../test/support/debian-package.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { findGoTool } from './go-tool.ts';

export type NatsEdition = 'debian' | 'current';

export interface NatsOptions {
  /** `debian` when absent. */
  readonly edition?: NatsEdition;
  /** In the server's own language; `FOLDER` stands for where the files are. JetStream and the port are set. */
  readonly config?: string;
  /** Files that `config` names, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Of an earlier one; default: a free one. */
  readonly port?: number;
  readonly progress?: Progress;
}

export interface NatsServer {
  /** `nats://127.0.0.1:port` */
  readonly url: string;
  /** `127.0.0.1:port` */
  readonly host: string;
  /** Ends the process as a crash would. What JetStream has stored stays. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and with what is stored. @param config another one, of the same kind. */
  start(config?: string): Promise<void>;
  /** Makes the running server take another configuration, as `nats-server --signal reload` does. */
  reload(config: string): Promise<void>;
  /** Ends the process, and deletes what it stored. */
  stop(): Promise<void>;
}

const MODULE = 'github.com/nats-io/nats-server/v2';
const RELOADED = 'Reloaded server configuration';

/** Only stops what hangs. */
const READY_WITHIN_MS = 300_000;

interface State {
  readonly program: string;
  readonly folder: RunFolder;
  readonly host: string;
  /** How often it was started: each run has a log of its own. */
  starts: number;
  running: Component | undefined;
}

/** @throws Error that says in one line what this machine lacks, or what the server said when it ended. */
export async function startNats(options: NatsOptions = {}): Promise<NatsServer> {
  const { edition = 'debian', config = '', files = {}, port, progress = () => undefined } = options;
  const program = await findNatsServer(edition, progress);
  const host = `127.0.0.1:${port ?? (await freePort())}`;
  const state: State = { program, folder: createRunFolder(), host, starts: 0, running: undefined };
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(state.folder.path, name), text);
    await configure(state, config);
    await start(state);
  } catch (error) {
    await state.folder.remove();
    throw error;
  }
  return {
    url: `nats://${host}`,
    host,
    kill: () => kill(state),
    async start(changed) {
      if (changed !== undefined) await configure(state, changed);
      await start(state);
    },
    reload: (changed) => reload(state, changed),
    async stop() {
      await kill(state);
      await state.folder.remove();
    },
  };
}

/** The program, which is unpacked or built where it is not there. @throws Error with one line that says why it cannot be had. */
export async function findNatsServer(edition: NatsEdition, progress: Progress): Promise<string> {
  if (edition === 'debian') return join(unpackedPackage('nats-server'), 'usr', 'sbin', 'nats-server');
  return await findGoTool({ folder: 'nats-server', mainPackage: MODULE, name: 'nats-server' }, progress);
}

async function configure({ folder: { path }, host }: State, config: string): Promise<void> {
  const own = [`listen: "${host}"`, `pid_file: "${path}/pid"`, `jetstream { store_dir: "${path}/store" }`];
  await writeFile(join(path, 'nats.conf'), `${own.join('\n')}\n${config.replaceAll('FOLDER', path)}\n`);
}

async function start(state: State): Promise<void> {
  state.starts += 1;
  const running = startComponent(state.folder, nameOf(state), [state.program], ['-c', 'nats.conf']);
  state.running = running;
  try {
    await running.whenReady(() => said(state, 'Server is ready'), READY_WITHIN_MS);
  } catch (error) {
    throw error instanceof ComponentError ? new Error(`nats-server: ${error.log.split('\n').at(-1)}`) : error;
  }
}

async function reload(state: State, config: string): Promise<void> {
  const before = (await log(state)).split(RELOADED).length;
  await configure(state, config);
  process.kill(Number(await readFile(join(state.folder.path, 'pid'), 'utf8')), 'SIGHUP');
  await waitFor('nats-server took its configuration', async () => (await log(state)).split(RELOADED).length > before);
}

async function said(state: State, text: string): Promise<boolean> {
  return (await log(state)).includes(text);
}

function log(state: State): Promise<string> {
  return readFile(join(state.folder.path, `${nameOf(state)}.log`), 'utf8');
}

function nameOf({ starts }: State): string {
  return `nats-server-${starts}`;
}

async function kill(state: State): Promise<void> {
  await state.running?.kill();
  state.running = undefined;
}
