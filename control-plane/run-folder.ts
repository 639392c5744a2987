// One folder under the system's temporary folder for each run, and the watchdog that outlives the run to clean up.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A run's folder. Whatever it guards is killed, and the folder removed, when the run ends in any way. */
export interface RunFolder {
  readonly path: string;
  /** Kills that process at the latest when the run ends. */
  guard(child: ChildProcess): void;
  /** Kills what is guarded, removes the folder, and waits until both are done. Harmless when called twice. */
  remove(): Promise<void>;
}

/** Makes a new folder and starts its watchdog. */
export function createRunFolder(): RunFolder {
  const path = mkdtempSync(join(realpathSync(tmpdir()), 'sluice-control-plane-'));
  // Detached: a Ctrl-C in the terminal reaches the whole foreground process group, and must not end the watchdog.
  const watchdog = spawn('sh', [join(import.meta.dirname, 'watchdog.sh')], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
    cwd: '/',
    env: { PATH: process.env.PATH },
  });
  const { stdin } = watchdog;
  const ended = once(watchdog, 'exit');
  // A watchdog that is gone cannot be reached; the run's own stop still works.
  stdin.on('error', () => undefined);
  stdin.write(`folder ${path}\n`);
  watchdog.unref();
  return {
    path,
    guard(child) {
      const { pid } = child;
      if (pid === undefined) {
        return;
      }
      stdin.write(`guard ${pid}\n`);
      // A number given back to the system may soon name somebody else's process.
      child.once('exit', () => stdin.writable && stdin.write(`release ${pid}\n`));
    },
    async remove() {
      watchdog.ref();
      stdin.end();
      await ended;
    },
  };
}
