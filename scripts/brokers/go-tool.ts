/** Programs of others' Go modules, each a tool of a module here that pins its version: built once per version. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, goBuild } from '../../control-plane/go-build.ts';
import type { Progress } from '../../control-plane/progress.ts';

export interface GoTool {
  /** Of the folder here that has the module, and of the one in the cache. */
  readonly folder: string;
  /** As `go build` takes it. */
  readonly mainPackage: string;
  /** Of the program. */
  readonly name: string;
}

const ARGS = ['build', '-v', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w'] as const;

/** @returns the program, which is built where it is not there. @throws GoBuildError that says in one line why it cannot be. */
export async function findGoTool({ folder, mainPackage, name }: GoTool, progress: Progress): Promise<string> {
  const source = join(import.meta.dirname, folder);
  const hash = createHash('sha256').update(JSON.stringify(ARGS));
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(source, file)));
  const key = `${hash.digest('hex').slice(0, 16)}-${process.platform}-${process.arch}`;
  const file = join(cacheFolder(), '..', folder, key, name);
  await goBuild({ title: `${folder} (once per version)`, source, mainPackage, args: ARGS, file }, progress);
  return file;
}
