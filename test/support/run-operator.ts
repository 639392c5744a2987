/** The built operator as a command: started with any arguments and environment, whether it will run or refuse to. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { builtOperator } from './operator-process.ts';

export interface OperatorRun {
  readonly pid: number;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  /** Waits for its end. @returns the exit code, or the name of the signal that ended it. */
  ended(): Promise<number | string>;
}

/** @param env beside this process's own; undefined takes a variable away. */
export async function runOperator(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<OperatorRun> {
  const child = spawn(process.execPath, [await builtOperator(), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const closed = once(child, 'close');
  return {
    pid: child.pid ?? 0,
    stdout: () => Buffer.concat(out).toString(),
    stderr: () => Buffer.concat(err).toString(),
    kill: (signal) => child.kill(signal),
    async ended() {
      await closed;
      return child.exitCode ?? child.signalCode ?? '';
    },
  };
}
