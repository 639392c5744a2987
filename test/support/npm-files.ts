/** Files of npm packages that are too large to be a dependency: unpacked into the cache, once a version. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../control-plane/go-build.ts';

/**
 * @param spec `name@version`. @param files by their paths in the package.
 * @returns the folder that they are in, under those paths. @throws Error with one line that says why they cannot be had.
 */
export function unpackedFiles(spec: string, files: readonly string[]): string {
  const folder = join(cacheFolder(), '..', 'npm', spec.replaceAll('/', '+'));
  if (files.every((file) => existsSync(join(folder, file)))) return folder;
  const making = `${folder}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  try {
    execFileSync('npm', ['pack', '--silent', spec], { cwd: making, stdio: 'pipe' });
    const packed = readdirSync(making).find((each) => each.endsWith('.tgz'));
    if (packed === undefined) throw new Error('npm pack gave no file');
    const paths = files.map((file) => `package/${file}`);
    execFileSync('tar', ['-xzf', packed, '--strip-components=1', ...paths], { cwd: making, stdio: 'pipe' });
    rmSync(join(making, packed));
    rmSync(folder, { recursive: true, force: true });
    renameSync(making, folder);
    return folder;
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new Error(`npm's package ${spec} cannot be had: ${reason}`, { cause: error });
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}
