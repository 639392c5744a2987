/** The whole way from the sources to an OCI image layout, without a container engine. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { bundle } from '../bundle.ts';
import { git, sourceRevision } from '../source-revision.ts';
import { imageArchitecture, writeOciLayout } from './oci-layout.ts';
import { createRootFilesystem } from './root-filesystem.ts';

/** Program and Debian's package with it. */
const PROGRAMS = { 'apt-get': 'apt', 'dpkg-deb': 'dpkg', tar: 'tar' } as const;

export interface MadeImage {
  readonly architecture: string;
  /** Of the manifest. */
  readonly digest: string;
  /** Of what a node pulls. */
  readonly bytes: number;
  /** Debian's, with their versions. */
  readonly packages: readonly string[];
}

/** @returns in one line what this machine lacks to make an image, or undefined. */
export function missingForImage(): string | undefined {
  const missing = Object.entries(PROGRAMS).filter(([program]) => spawnSync(program, ['--version']).error !== undefined);
  if (missing.length === 0) return undefined;
  const names = missing.map(([program]) => program).join(', ');
  const packages = missing.map(([, name]) => name).join(' ');
  return `the image needs ${names}: on Debian, apt-get install ${packages}`;
}

/** @param layout the folder to write, which is replaced. @throws Error */
export async function makeImage(layout: string): Promise<MadeImage> {
  const missing = missingForImage();
  if (missing !== undefined) throw new Error(missing);
  await bundle();
  const scratch = mkdtempSync(join(tmpdir(), 'sluice-image-'));
  // The image's user reads what is made here, whatever the rights that its maker gives to new files.
  const mask = process.umask(0o022);
  try {
    const { path, packages } = createRootFilesystem(join(scratch, 'root'));
    rmSync(layout, { recursive: true, force: true });
    const revision = sourceRevision();
    const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? (git('log', '-1', '--format=%ct') || 0));
    writeOciLayout(path, { path: layout, version: packageJson.version, revision, epoch });
    return { architecture: imageArchitecture(), ...digestOf(layout), packages };
  } finally {
    process.umask(mask);
    rmSync(scratch, { recursive: true, force: true });
  }
}

function digestOf(layout: string): { digest: string; bytes: number } {
  const read = (file: string) => JSON.parse(readFileSync(join(layout, file), 'utf8'));
  const { digest } = read('index.json').manifests[0];
  const { layers } = read(blobOf(digest));
  return { digest, bytes: layers.reduce((sum: number, layer: { size: number }) => sum + layer.size, 0) };
}

function blobOf(digest: string): string {
  return join('blobs', ...digest.split(':'));
}
