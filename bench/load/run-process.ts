/** Has a job done in a process of its own, so that it takes nothing from the operator's. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LoadJob, LoadResult } from './job.ts';
import type { PatchJob, PatchResult } from './patch-loop.ts';

/** @throws Error when the process ends without a result. */
async function runProcess<Result>(file: string, job: object): Promise<Result> {
  const child = fork(join(import.meta.dirname, file), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const result = once(child, 'message') as Promise<[Result]>;
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ended with ${code} before it had a result`);
  });
  child.send(job);
  const [answer] = await Promise.race([result, ended]);
  ended.catch(() => undefined);
  return answer;
}

export function runLoad(job: LoadJob): Promise<LoadResult> {
  return runProcess('worker.ts', job);
}

export interface BareServer {
  readonly url: string;
  readonly pid: number;
  end(): void;
}

/** What node:http alone can do, with the settings that the operator has from its environment. */
export async function startBareServer(env: Readonly<Record<string, string>>): Promise<BareServer> {
  const child = fork(join(import.meta.dirname, 'bare-server.ts'), { env: { ...process.env, ...env } });
  const [port] = (await once(child, 'message')) as [number];
  return { url: `http://127.0.0.1:${port}`, pid: Number(child.pid), end: () => child.disconnect() };
}

/** What the API server alone can do. */
export function runPatchLoop(job: PatchJob): Promise<PatchResult> {
  return runProcess('patch-loop.ts', job);
}
