/** Programs in Go that tests ask for the last word: built once per version of their sources, from `test/support/<name>`. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '../../control-plane/component.ts';
import { cacheFolder, goBuild, isBuilt } from '../../control-plane/go-build.ts';
import type { Progress } from '../../control-plane/progress.ts';

const files = ['go.mod', 'go.sum', 'main.go'] as const;
const args = ['build', '-v', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w'];

/** @returns the command, or the reason why there is none. @throws GoBuildError */
export async function findGoProgram(name: string, progress: Progress = () => undefined): Promise<Command | string> {
  const source = join(import.meta.dirname, name);
  const hash = createHash('sha256').update(JSON.stringify(args));
  for (const file of files) hash.update(readFileSync(join(source, file)));
  const key = `${hash.digest('hex').slice(0, 16)}-${process.platform}-${process.arch}`;
  const file = join(cacheFolder(), '..', name, key, name);
  const build = { title: `${name} (once per version)`, source, mainPackage: '.', args, file };
  if (isBuilt(build)) return [file];
  const { error } = spawnSync('go', ['version']);
  if (error !== undefined) return `go cannot be run: ${error.message}`;
  await goBuild(build, progress);
  return [file];
}
