/** Has a job done in a process of its own, so that it takes nothing from the operator's. */
import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { EventJob, EventResult } from './event-job.ts';
import type { LoadJob, LoadResult } from './job.ts';
import type { PatchJob, PatchResult } from './patch-loop.ts';

type Environment = Readonly<Record<string, string>>;

function forkFile(file: string, args: readonly string[] = [], env: Environment = {}): ChildProcess {
  const stdio: ForkOptions['stdio'] = ['ignore', 'inherit', 'inherit', 'ipc'];
  return fork(join(import.meta.dirname, file), args, { stdio, env: { ...process.env, ...env } });
}

/** @throws Error when the process ends without a message. */
async function messageOf<Message>(file: string, child: ChildProcess): Promise<Message> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ended with ${code} before it had a result`);
  });
  const [message] = await Promise.race([once(child, 'message') as Promise<[Message]>, ended]);
  ended.catch(() => undefined);
  return message;
}

/** @throws Error when the process ends without a result. */
async function runProcess<Result>(file: string, job: object): Promise<Result> {
  const child = forkFile(file);
  child.send(job);
  return await messageOf(file, child);
}

export function runLoad(job: LoadJob): Promise<LoadResult> {
  return runProcess('worker.ts', job);
}

export interface BareServer {
  readonly url: string;
  readonly pid: number;
  end(): void;
}

async function startBare(file: string, args: readonly string[], env: Environment): Promise<BareServer> {
  const child = forkFile(file, args, env);
  const port = await messageOf<number>(file, child);
  return { url: `http://127.0.0.1:${port}`, pid: Number(child.pid), end: () => child.disconnect() };
}

/** What node:http alone can do, with the settings that the operator has from its environment. */
export function startBareServer(env: Environment): Promise<BareServer> {
  return startBare('bare-server.ts', [], env);
}

/** The same for a server that patches the target at a request's path. */
export function startBareRelay(env: Environment, kubeconfig: string): Promise<BareServer> {
  return startBare('bare-relay.ts', [kubeconfig], env);
}

export interface EventLoad {
  /** Of the service that events are delivered to. */
  readonly port: number;
  run(job: EventJob): Promise<EventResult>;
  end(): void;
}

/** Posts events, and is the service that they are delivered to. */
export async function startEventLoad(): Promise<EventLoad> {
  const file = 'event-load.ts';
  const child = forkFile(file);
  const port = await messageOf<number>(file, child);
  return {
    port,
    run(job) {
      child.send(job);
      return messageOf<EventResult>(file, child);
    },
    end: () => child.disconnect(),
  };
}

/** What the API server alone can do. */
export function runPatchLoop(job: PatchJob): Promise<PatchResult> {
  return runProcess('patch-loop.ts', job);
}
