/** Writes a file so that nobody ever reads half of it. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Writes it beside `path` first, then puts it in its place; folders are made. */
export function writeWhole(path: string, contents: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    writeFileSync(unfinished, contents);
    renameSync(unfinished, path);
  } finally {
    rmSync(unfinished, { force: true });
  }
}
