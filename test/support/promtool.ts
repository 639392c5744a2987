/** promtool as Debian's package `prometheus` has it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { unpackedPackage } from './debian-package.ts';

export interface PromtoolResult {
  readonly code: number | null;
  /** What it printed. */
  readonly output: string;
}

/** @throws Error with one line that says why it cannot be had. */
export function promtool(...args: readonly string[]): PromtoolResult {
  const file = join(unpackedPackage('prometheus'), 'usr', 'bin', 'promtool');
  const { status, stdout, stderr, error } = spawnSync(file, args, { encoding: 'utf8' });
  if (error !== undefined) throw new Error(`promtool cannot be run: ${error.message}`, { cause: error });
  return { code: status, output: `${stdout}${stderr}` };
}
