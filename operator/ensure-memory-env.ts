/**
 * Gives the process its memory settings where neither the image nor the manifests did: it replaces itself, once, by the
 * same program with them in its environment. The process id, the arguments and the streams stay. main.ts imports this
 * first, so that little has been loaded by then (some 0.1 s).
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { missingMemoryEnv } from './config/memory-env.ts';

const missing = missingMemoryEnv(process.env, process.execArgv);
// Asked first: a refused attempt would end in a warning. The types do not say that both may be absent.
const { permission, execve }: Partial<Pick<NodeJS.Process, 'permission' | 'execve'>> = process;
if (missing !== undefined && execve !== undefined && permission?.has('child') !== false) {
  const words = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  execve(process.execPath, words, { ...process.env, ...missing });
}
// The collector is the one thing that a running process can give itself.
if (globalThis.gc === undefined) {
  setFlagsFromString('--expose-gc');
  globalThis.gc = runInNewContext('gc');
}
