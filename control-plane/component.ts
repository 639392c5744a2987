// One server process of the control plane: started with its output in a log file, watched, and killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunFolder } from './run-folder.ts';

/** A program and the arguments that come before all others, for example `['/cache/control-plane', 'etcd']`. */
export type Command = readonly [file: string, ...leadingArgs: string[]];

/** A running server. */
export interface Component {
  readonly name: string;
  /** Resolves when `probe` says yes; throws with the end of the log when the process ends first or time is up. */
  whenReady(probe: () => Promise<boolean>, timeoutMs: number): Promise<void>;
  /** SIGKILL, then waits until the process is gone. */
  kill(): Promise<void>;
}

/** A component that ended, or was not ready in time. `log` is the end of its output. */
export class ComponentError extends Error {
  readonly code = 'component_failed';
  readonly log: string;

  constructor(message: string, log: string) {
    super(`${message}\n${log}`);
    this.name = 'ComponentError';
    this.log = log;
  }
}

const PROBE_INTERVAL_MS = 25;
const LOG_TAIL_LINES = 20;

/** Starts `command` with `args`; its output goes to `<name>.log` in the run's folder. */
export function startComponent(folder: RunFolder, name: string, command: Command, args: readonly string[]): Component {
  const logFile = join(folder.path, `${name}.log`);
  const log = openSync(logFile, 'a');
  const [file, ...leadingArgs] = command;
  // Its own process group: Ctrl-C must end the run in its own order, not each server at once.
  const child = spawn(file, [...leadingArgs, ...args], {
    stdio: ['ignore', log, log],
    detached: true,
    cwd: folder.path,
  });
  closeSync(log);
  folder.guard(child);
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = `${name} did not start: ${error.message}`;
  });
  child.once('exit', (code, signal) => {
    failure ??= `${name} ended with ${signal ?? `exit code ${code}`}`;
  });
  // It must not keep the run alive: the run ends, then the watchdog ends this.
  child.unref();
  return {
    name,
    async whenReady(probe, timeoutMs) {
      const deadline = Date.now() + timeoutMs;
      while (!(await probe())) {
        if (failure !== undefined) {
          throw new ComponentError(failure, tail(logFile));
        }
        if (Date.now() > deadline) {
          throw new ComponentError(`${name} was not ready within ${timeoutMs} ms`, tail(logFile));
        }
        await sleep(PROBE_INTERVAL_MS);
      }
    },
    kill: () => kill(child),
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
    return;
  }
  const ended = once(child, 'exit');
  child.ref();
  child.kill('SIGKILL');
  await ended;
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}
