/** What runs of the bench found, kept in bench/results: one file a run that was worth keeping. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGibibytes: number;
  readonly kernel: string;
  readonly node: string;
  /** Of the last minute before the run, on all cores: near nothing on a machine that can give figures worth keeping. */
  readonly loadAverage: number;
}

export interface Results {
  readonly date: string;
  readonly machine: Machine;
  /** Row → figure → value. */
  readonly rows: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const FOLDER = join(import.meta.dirname, 'results');

export function machineFacts(): Machine {
  const [first] = cpus();
  return {
    cores: cpus().length,
    cpu: first?.model ?? '',
    memoryGibibytes: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.version,
    loadAverage: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

/** The newest file, or undefined where there is none. */
export function lastResults(): Results | undefined {
  const newest = (existsSync(FOLDER) ? readdirSync(FOLDER) : [])
    .filter((file) => file.endsWith('.json'))
    .sort()
    .at(-1);
  return newest === undefined ? undefined : (JSON.parse(readFileSync(join(FOLDER, newest), 'utf8')) as Results);
}

/** A second run on a day takes the place of the first. @returns the file. */
export function writeResults(results: Results): string {
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${results.date}.json`);
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
  return file;
}
