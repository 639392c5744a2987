/** Programs in Go that tests ask for the last word or that stand for a service: built once per version of their sources. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Command } from '../../control-plane/component.ts';
import { cacheFolder, goBuild, isBuilt } from '../../control-plane/go-build.ts';
import type { Progress } from '../../control-plane/progress.ts';

const args = ['build', '-v', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w'];
const SOURCE = /\.go$|^go\.(mod|sum)$/;

/**
 * @param source the folder of its Go module, whose name is the program's.
 * @returns the command, or the reason why there is none. @throws GoBuildError
 */
export async function findGoProgram(source: string, progress: Progress = () => undefined): Promise<Command | string> {
  const name = basename(source);
  const hash = createHash('sha256').update(JSON.stringify(args));
  for (const file of readdirSync(source).sort()) {
    if (SOURCE.test(file)) hash.update(readFileSync(join(source, file)));
  }
  const key = `${hash.digest('hex').slice(0, 16)}-${process.platform}-${process.arch}`;
  const file = join(cacheFolder(), '..', name, key, name);
  const build = { title: `${name} (once per version)`, source, mainPackage: '.', args, file };
  if (isBuilt(build)) return [file];
  const { error } = spawnSync('go', ['version']);
  if (error !== undefined) return `go cannot be run: ${error.message}`;
  await goBuild(build, progress);
  return [file];
}
