/** Programs that only Debian's packages hold: unpacked into the cache, once, and installed nowhere. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../control-plane/go-build.ts';

/** @returns the folder that it is unpacked in. @throws Error with one line that says why it cannot be had. */
export function unpackedPackage(name: string): string {
  const folder = join(cacheFolder(), '..', 'debian', name);
  if (existsSync(folder)) return folder;
  const making = `${folder}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  try {
    downloadPackages([name], making);
    const file = readdirSync(making).find((each) => each.endsWith('.deb'));
    if (file === undefined) throw new Error('apt-get download gave no file');
    execFileSync('dpkg-deb', ['-x', file, '.'], { cwd: making, stdio: 'pipe' });
    if (!existsSync(folder)) renameSync(making, folder);
    return folder;
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new Error(`Debian's package ${name} cannot be had: ${reason}`, { cause: error });
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

/** Puts Debian's packages into a folder, as files. @throws Error of apt-get. */
export function downloadPackages(names: readonly string[], folder: string): void {
  const apt = (...args: string[]) => execFileSync('apt-get', args, { cwd: folder, stdio: 'pipe' });
  // Where the user of apt's downloads may not write, apt says so on each and goes on.
  const download = ['download', '-qq', '-o', 'APT::Sandbox::User=root', ...names];
  try {
    apt(...download);
  } catch {
    // Where apt has never looked, it knows no package.
    apt('update', '-qq');
    apt(...download);
  }
}
