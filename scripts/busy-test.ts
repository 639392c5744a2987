/**
 * `npm run test:busy -- [--load N] [--runs K] [arguments of npm test]`: runs the tests K times (default 1) while N processes
 * (default 20; 0 is none) keep the machine busy, and prints one line a run. The load ends with this process, however it
 * ends. Exits with 1 when a run was not green.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { elapsed } from '../control-plane/progress.ts';
import { type BusyTestOptions, readBusyTestOptions } from './test/busy-test-options.ts';

interface Outcome {
  /** `3463 passed, 0 failed, 2 skipped`; empty when the run ended before it counted. */
  readonly counts: string;
  /** `file > suite > test` of each that failed. */
  readonly failed: readonly string[];
  readonly code: number | null;
}

const options = readBusyTestOptions(process.argv.slice(2));
if (options === undefined) {
  console.error('usage: npm run test:busy -- [--load N] [--runs K] [arguments of npm test]');
  process.exit(2);
}
process.exitCode = (await runAll(options)) ? 0 : 1;

async function runAll({ load, runs, args }: BusyTestOptions): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-busy-test-'));
  const busy = Array.from({ length: load }, startBusyProcess);
  let green = true;
  for (let run = 1; run <= runs; run++) {
    const logFile = join(folder, `run-${run}.log`);
    const begunMs = performance.now();
    const { counts, failed, code } = await runOnce(args, logFile);
    green &&= code === 0;
    const result = counts || `ended with ${code}`;
    const time = elapsed(performance.now() - begunMs);
    const names = code === 0 ? '' : `: ${[...failed, logFile].join('; ')}`;
    console.log(`run ${run} of ${runs}, load ${load}, ${time}: ${result}${names}`);
  }
  for (const child of busy) child.kill('SIGKILL');
  return green;
}

/** It ends when its standard input does, which is when this process ends. */
function startBusyProcess(): ChildProcess {
  const file = join(import.meta.dirname, 'test', 'busy-process.ts');
  return spawn(process.execPath, ['--no-warnings', file], { stdio: ['pipe', 'ignore', 'inherit'] });
}

async function runOnce(args: readonly string[], logFile: string): Promise<Outcome> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'test.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = (): void => void child.kill('SIGTERM');
  process.once('exit', end);
  const log = createWriteStream(logFile);
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const failed = new Set<string>();
  let counts = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    const plain = stripVTControlCharacters(line).trim();
    if (plain.startsWith('FAIL ')) failed.add(plain.slice('FAIL '.length).trim());
    if (/^\d+ passed, \d+ failed, \d+ skipped$/.test(plain)) counts = plain;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  process.off('exit', end);
  return { counts, failed: [...failed], code };
}
