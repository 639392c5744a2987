/** A real RabbitMQ on loopback, for tests and the demo: Debian's, unpacked with its Erlang into the cache. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Component, ComponentError, startComponent } from '../../control-plane/component.ts';
import { freePorts } from '../../control-plane/free-port.ts';
import type { Progress } from '../../control-plane/progress.ts';
import { createRunFolder, type RunFolder } from '../../control-plane/run-folder.ts';
import { installOnce } from './install-once.ts';

export interface RabbitMqOptions {
  /** Lines of `rabbitmq.conf`; `FOLDER` stands for where the files are, `TLS_PORT` for a port that is free. */
  readonly config?: string;
  /** Files that `config` names, by name. */
  readonly files?: Readonly<Record<string, string>>;
  readonly plugins?: readonly string[];
  readonly progress?: Progress;
}

export interface RabbitMq {
  /** `amqp://127.0.0.1:port`; the user is `guest`, the password too. */
  readonly url: string;
  /** `amqps://127.0.0.1:port`, where `config` has it listen there. */
  readonly tlsUrl: string;
  /** `rabbitmqctl` with these arguments. */
  ctl(...args: string[]): Promise<void>;
  /** For a process that is to run `rabbitmqctl` itself; `HOME` is a folder that goes with the server. */
  readonly env: Readonly<Record<'PATH' | 'HOME', string>> & Readonly<Record<string, string>>;
  /** Ends the process as a crash would. What is durable stays. */
  kill(): Promise<void>;
  /** Starts it again, on the same ports and with what is durable. */
  start(): Promise<void>;
  /** Ends the process, and deletes what it stored. */
  stop(): Promise<void>;
}

/** The server, Erlang, and what of Erlang the server needs. */
const PACKAGES = ['rabbitmq-server', 'erlang-base', 'libpopt0'].concat(
  ['asn1', 'crypto', 'eldap', 'ftp', 'inets', 'mnesia', 'os-mon', 'parsetools', 'public-key', 'runtime-tools'].map(
    erlang,
  ),
  ['snmp', 'ssl', 'syntax-tools', 'tftp', 'tools', 'xmerl'].map(erlang),
);
const DOWNLOAD = `apt-get download -qq -o APT::Sandbox::User=root ${PACKAGES.join(' ')}`;
/** Where apt has never looked, it knows no package. Erlang's own script knows only one place that it can be in. */
const INSTALL = `set -e
${DOWNLOAD} || { apt-get update -qq; ${DOWNLOAD}; }
for file in *.deb; do dpkg-deb -x "$file" .; rm "$file"; done
sed -i "s|ROOTDIR=/usr/lib/erlang|ROOTDIR=$PWD/usr/lib/erlang|" usr/lib/erlang/bin/erl`;
/** Only stops what hangs. */
const READY_WITHIN_MS = 300_000;

interface State {
  readonly folder: RunFolder;
  readonly erlang: string;
  readonly programs: string;
  readonly env: Readonly<Record<string, string>>;
  /** How often it was started: each run has a log of its own. */
  starts: number;
  running: Component | undefined;
}

/** @throws Error that says in one line what this machine lacks, or what the server said when it ended. */
export async function startRabbitMq(options: RabbitMqOptions = {}): Promise<RabbitMq> {
  const { config = '', files = {}, plugins = [], progress = () => undefined } = options;
  const commands = [['sh', '-c', INSTALL]] as const;
  const root = await installOnce({ name: 'rabbitmq', content: '', files: {}, commands }, progress);
  const [port, tlsPort, epmdPort, distributionPort] = await freePorts(4);
  const folder = createRunFolder();
  const { path } = folder;
  const own = `listeners.tcp.1 = 127.0.0.1:${port}\nlog.console = true\nloopback_users = none\n`;
  const erlang = join(root, 'usr', 'lib', 'erlang', 'bin');
  const programs = join(root, 'usr', 'lib', 'rabbitmq', 'lib', 'rabbitmq_server-3.10.8', 'sbin');
  const env = {
    PATH: `${erlang}:${programs}:${process.env.PATH}`,
    // Its cookie is there.
    HOME: path,
    ERL_EPMD_PORT: `${epmdPort}`,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: 'sluice@localhost',
    RABBITMQ_DIST_PORT: `${distributionPort}`,
    RABBITMQ_MNESIA_BASE: join(path, 'mnesia'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_CONFIG_FILE: join(path, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(path, 'plugins'),
    // One thread for Erlang's own work; no shell in between, that would not be killed with it.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1',
    RABBITMQ_ALLOW_INPUT: '1',
  };
  const state: State = { folder, erlang, programs, env, starts: 0, running: undefined };
  const fill = (text: string): string => text.replaceAll('FOLDER', path).replaceAll('TLS_PORT', `${tlsPort}`);
  await writeFile(env.RABBITMQ_CONFIG_FILE, `${own}${fill(config)}\n`);
  await writeFile(env.RABBITMQ_ENABLED_PLUGINS_FILE, `[${plugins.join(',')}].\n`);
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  const stop = async (): Promise<void> => {
    await kill(state);
    await folder.remove();
  };
  try {
    // Erlang would start one that outlives it.
    startComponent(folder, 'epmd', ['env', ...assignments(env), join(erlang, 'epmd')], []);
    await start(state);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `amqp://127.0.0.1:${port}`,
    tlsUrl: `amqps://127.0.0.1:${tlsPort}`,
    ctl: (...args) => ctl(state, args),
    env,
    kill: () => kill(state),
    start: () => start(state),
    stop,
  };
}

function erlang(name: string): string {
  return `erlang-${name}`;
}

function assignments(env: State['env']): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

async function start(state: State): Promise<void> {
  const { folder, env, programs } = state;
  state.starts += 1;
  const name = `rabbitmq-${state.starts}`;
  const command = ['env', ...assignments(env), join(programs, 'rabbitmq-server')] as const;
  const running = startComponent(folder, name, command, ['-noinput']);
  state.running = running;
  const log = join(folder.path, `${name}.log`);
  const ready = async (): Promise<boolean> => readFileSync(log, 'utf8').includes('Server startup complete');
  try {
    await running.whenReady(ready, READY_WITHIN_MS);
  } catch (error) {
    throw error instanceof ComponentError ? new Error(`rabbitmq-server: ${error.log.split('\n').at(-1)}`) : error;
  }
}

async function ctl({ programs, env }: State, args: readonly string[]): Promise<void> {
  await promisify(execFile)(join(programs, 'rabbitmqctl'), ['-q', ...args], { env });
}

async function kill(state: State): Promise<void> {
  await state.running?.kill();
  state.running = undefined;
}
