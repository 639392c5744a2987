/** Writes an OCI image layout from a root filesystem, by umoci. The same content gives the same digest. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { unpackedPackage } from '../../test/support/debian-package.ts';
import { image, labelsOf } from './image.ts';

export interface OciLayout {
  /** Of the folder that becomes the layout, which must not exist. */
  readonly path: string;
  readonly version: string;
  readonly revision: string;
  /** Seconds since the epoch: the time of every file and of the image. */
  readonly epoch: number;
}

/** Debian's words for Node's names of processors, and the registry's are the same. */
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** @returns the architecture of the image. */
export function imageArchitecture(): string {
  const architecture = architectures[process.arch];
  if (architecture === undefined) throw new Error(`there is no image for ${process.arch}`);
  return architecture;
}

/** The path of umoci, which Debian has as a package. @throws Error with one line that says why it cannot be had. */
export function findUmoci(): string {
  return join(unpackedPackage('umoci'), 'usr', 'bin', 'umoci');
}

/** @throws Error of the program that failed. */
export function writeOciLayout(root: string, { path, version, revision, epoch }: OciLayout): void {
  const tag = `${path}:${version}`;
  const layer = join(`${root}.tar`);
  const created = new Date(epoch * 1_000).toISOString().replace('.000', '');
  const program = findUmoci();
  const umoci = (...args: readonly string[]) => execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const same = ['--sort=name', `--mtime=@${epoch}`, '--owner=0', '--group=0', '--numeric-owner', '--format=posix'];
  // Times of access and change, and the process that wrote it, would differ from one archive to the next.
  const pax = '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime';
  execFileSync('tar', ['-c', ...same, pax, '-f', layer, '-C', root, '.']);
  umoci('init', '--layout', path);
  umoci('new', '--image', tag);
  const history = ['--history.created', created, '--history.author', 'sluice'];
  umoci('raw', 'add-layer', '--image', tag, ...history, '--history.created_by', 'npm run image', layer);
  umoci(
    'config',
    '--image',
    tag,
    ...history,
    '--history.created_by',
    'npm run image',
    ...settings(version, revision, created),
  );
  umoci('gc', '--layout', path);
  rmSync(layer);
}

function settings(version: string, revision: string, created: string): string[] {
  const pairs = (flag: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
  return [
    '--created',
    created,
    '--os',
    'linux',
    '--architecture',
    imageArchitecture(),
    '--config.user',
    image.user,
    '--config.workingdir',
    '/',
    ...image.entrypoint.flatMap((word) => ['--config.entrypoint', word]),
    ...image.ports.flatMap((port) => ['--config.exposedports', `${port}/tcp`]),
    ...pairs('--config.env', image.env),
    ...pairs('--config.label', labelsOf(version, revision)),
  ];
}
