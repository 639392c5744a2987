/** Where Node keeps the code that it has compiled for tests, and a limit for it. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export const COMPILE_CACHE = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'compile');

/** About 20 runs. */
const MAX_FILES = 20_000;

/**
 * Removes the folder when it has become large: vitest imports each test file under a new name in each run, and Node never
 * removes what it has compiled.
 */
export function limitCompileCache(folder = COMPILE_CACHE, maxFiles = MAX_FILES): void {
  try {
    if (readdirSync(folder, { recursive: true }).length > maxFiles) rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
