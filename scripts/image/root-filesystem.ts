/** Makes the root filesystem of the image from Debian's packages, the pinned Node and the bundle. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { downloadPackages } from '../../test/support/debian-package.ts';
import { image } from './image.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** Of the packages; licences (copyright) stay. */
const UNNEEDED = [
  'usr/share/man',
  'usr/share/lintian',
  'usr/share/locale',
  'usr/share/bug',
  'usr/lib/*/gconv',
  'usr/sbin',
];

export interface RootFilesystem {
  readonly path: string;
  /** Name and version of each package of Debian, sorted. */
  readonly packages: readonly string[];
}

/**
 * @param path a new folder; the packages are kept beside it.
 * @throws Error of the program that failed.
 */
export function createRootFilesystem(path: string): RootFilesystem {
  const downloads = `${path}-packages`;
  for (const folder of [path, downloads]) mkdirSync(folder, { recursive: true });
  downloadPackages(image.packages, downloads);
  // As every Debian since 12 has it, whether its packages say so or not.
  for (const folder of ['bin', 'lib', 'lib64', 'sbin']) {
    mkdirSync(join(path, 'usr', folder), { recursive: true });
    symlinkSync(`usr/${folder}`, join(path, folder));
  }
  const files = globSync(join(downloads, '*.deb')).sort();
  for (const file of files) unpack(file, path);
  addCertificates(path);
  addUser(path);
  for (const pattern of UNNEEDED) {
    for (const one of globSync(join(path, pattern))) rmSync(one, { recursive: true, force: true });
  }
  for (const one of globSync(join(path, 'usr/share/doc/*/*'))) {
    if (!one.endsWith('/copyright')) rmSync(one, { recursive: true, force: true });
  }
  add(path, realNode(), image.entrypoint[0], 0o555);
  for (const [from, to] of Object.entries(image.files)) add(path, join(ROOT, from), to, 0o444);
  for (const [from, to] of Object.entries(image.programs)) add(path, join(ROOT, from), to, 0o555);
  return { path, packages: files.map(versionOf) };
}

function unpack(file: string, path: string): void {
  const tar = execFileSync('dpkg-deb', ['--fsys-tarfile', file], { maxBuffer: 2 ** 28 });
  execFileSync('tar', ['-x', '--keep-directory-symlink', '--no-same-owner', '-C', path], { input: tar });
}

function versionOf(file: string): string {
  const field = (name: string) => execFileSync('dpkg-deb', ['--field', file, name], { encoding: 'utf8' }).trim();
  return `${field('Package')} ${field('Version')}`;
}

/** What update-ca-certificates would write. */
function addCertificates(path: string): void {
  const authorities = globSync(join(path, 'usr/share/ca-certificates/mozilla/*.crt')).sort();
  const file = join(path, image.env.SSL_CERT_FILE);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, authorities.map((one) => readFileSync(one, 'utf8')).join(''));
}

function addUser(path: string): void {
  const [user, group] = image.user.split(':');
  mkdirSync(join(path, 'etc'), { recursive: true });
  writeFileSync(
    join(path, 'etc/passwd'),
    `root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:${user}:${group}:nonroot:/:/sbin/nologin\n`,
  );
  writeFileSync(join(path, 'etc/group'), `root:x:0:\nnonroot:x:${group}:\n`);
  writeFileSync(join(path, 'etc/nsswitch.conf'), 'hosts: files dns\n');
}

function realNode(): string {
  return join(ROOT, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
}

function add(path: string, from: string, to: string, mode: number): void {
  const file = join(path, to);
  mkdirSync(dirname(file), { recursive: true });
  copyFileSync(from, file);
  chmodSync(file, mode);
}
