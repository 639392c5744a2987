/** Finds the commit that is built: `SLUICE_REVISION` where the sources are no clone, as in a container build. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** The whole hash of the commit; empty where nobody knows it. */
export function sourceRevision(): string {
  return process.env.SLUICE_REVISION || git('rev-parse', 'HEAD');
}

/** What a git command prints, trimmed; empty outside of a clone. */
export function git(...args: readonly string[]): string {
  const { status, stdout } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '';
}
