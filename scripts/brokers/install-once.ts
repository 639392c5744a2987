/** Installs what a test's server needs into the user's cache, once per version, by the tools of the machine. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { withLock } from '../../control-plane/build-lock.ts';
import { cacheFolder } from '../../control-plane/go-build.ts';
import { elapsed, type Progress, progressIntervalMs } from '../../control-plane/progress.ts';

export interface Installation {
  /** What is installed, for people who wait, and the name of its folder: `moto`. */
  readonly name: string;
  /** Whatever decides what is installed: other content, another folder. */
  readonly content: string;
  /** The commands, run in the folder one after the other. */
  readonly commands: readonly Command[];
  /** Files that the commands read, by their names in the folder. */
  readonly files: Readonly<Record<string, string>>;
}

type Command = readonly [program: string, ...args: string[]];

/** @returns its folder. @throws Error with one line that says why it cannot be had. */
export async function installOnce(installation: Installation, progress: Progress): Promise<string> {
  const { name, content, commands, files } = installation;
  const key = createHash('sha256')
    .update(JSON.stringify([content, commands, files]))
    .digest('hex')
    .slice(0, 16);
  const folder = join(cacheFolder(), '..', 'brokers', name, `${key}-${process.platform}-${process.arch}`);
  const complete = join(folder, '.complete');
  if (existsSync(complete)) return folder;
  const report = reporter(name, progress);
  await withLock(
    `${folder}.lock`,
    async () => {
      if (existsSync(complete)) return;
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), text);
      }
      for (const command of commands) await run(name, command, folder, report);
      writeFileSync(complete, '');
    },
    { onWait: report },
  );
  return folder;
}

async function run(name: string, [program, ...args]: Command, cwd: string, report: () => void): Promise<void> {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim() !== '') said.push(line.trim());
    });
  }
  report();
  const interval = setInterval(report, 1_000);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once('error', ({ message }) =>
    reject(new Error(`${name} cannot be had: ${program} cannot be run: ${message}`)),
  );
  child.once('close', (code) => {
    const reason = said.find((line) => /^\[?error/i.test(line)) ?? said.at(-1) ?? `exit code ${code}`;
    if (code === 0) resolve();
    else reject(new Error(`${name} cannot be had: ${program} failed: ${reason}`));
  });
  await promise.finally(() => clearInterval(interval));
}

/** Reports at once, and then no more often than suits the terminal or pipe. */
function reporter(name: string, progress: Progress): () => void {
  const started = Date.now();
  let next = started;
  return () => {
    if (Date.now() < next) return;
    next = Date.now() + progressIntervalMs(process.stderr);
    progress(`installing ${name} (once per version): ${elapsed(Date.now() - started)}`);
  };
}
