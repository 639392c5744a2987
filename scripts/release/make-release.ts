/** Writes the files of a release: manifests, CRDs, kustomize base, chart, npm package, SBOM, image, checksums. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { buildCharts } from '../build-charts.ts';
import { bundle } from '../bundle.ts';
import { makeImage, missingForImage } from '../image/make-image.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const BIN = join(ROOT, 'node_modules', '.bin');
const { name, version } = packageJson;

/**
 * @param path the folder to write, which is replaced.
 * @returns the names of the files, sorted.
 * @throws Error what this machine lacks for the image, or what a program printed.
 */
export async function makeRelease(path: string, { image }: { readonly image: boolean }): Promise<readonly string[]> {
  const missing = image ? missingForImage() : undefined;
  if (missing !== undefined) throw new Error(`${missing}; --without-image makes a release without it`);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'sluice-release-'));
  try {
    writeManifests(path, scratch);
    archive(join(ROOT, 'kustomize'), join(path, `${name}-kustomize-${version}.tgz`));
    await writePackage(path, join(scratch, 'package'));
    writeSbom(path);
    if (image) {
      await makeImage(join(scratch, `${name}-image`));
      archive(join(scratch, `${name}-image`), join(path, `${name}-image-${version}.tgz`));
    }
    return addChecksums(path);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], cwd = ROOT): string {
  // Values of the shell that makes the release are not the release's.
  const env = { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH}`, SLUICE_VALUES: '' };
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${basename(program)} ended with ${status}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

/** The archive depends on names and contents alone. */
function archive(folder: string, file: string): void {
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX'];
  const gzip = ['--use-compress-program', 'gzip --no-name'];
  run('tar', ['-c', ...same, '--format=ustar', ...gzip, '-f', file, '-C', dirname(folder), basename(folder)]);
}

/** What the default values make: as one file, as a chart of Helm's that has no values, and the CRDs apart. */
function writeManifests(path: string, scratch: string): void {
  // The command names a chart by the folder that it runs in.
  const app = join(scratch, 'app', name);
  mkdirSync(app, { recursive: true });
  copyFileSync(join(ROOT, 'cdk8s.yaml'), join(app, 'cdk8s.yaml'));
  symlinkSync(join(ROOT, 'charts-ts'), join(app, 'charts-ts'));
  const [manifests, chart] = [join(scratch, 'manifests'), join(scratch, name)];
  run('cdk8s', ['synth', '--output', manifests], app);
  writeFileSync(join(path, 'install.yaml'), textOf(manifests));
  const helm = ['--format', 'helm', '--chart-api-version', 'v2', '--chart-version', version];
  run('cdk8s', ['synth', ...helm, '--output', chart], app);
  archive(chart, join(path, `${name}-chart-${version}.tgz`));
  writeFileSync(join(path, 'crds.yaml'), textOf(join(ROOT, 'crds')));
}

function textOf(folder: string): string {
  const files = readdirSync(folder).sort();
  return files.map((file) => readFileSync(join(folder, file), 'utf8')).join('---\n');
}

/** `npm pack` of a copy, so that nobody's dist/charts is replaced. */
async function writePackage(path: string, copy: string): Promise<void> {
  const built = await bundle();
  mkdirSync(join(copy, 'dist'), { recursive: true });
  for (const file of ['package.json', 'README.md', 'LICENSE']) copyFileSync(join(ROOT, file), join(copy, file));
  cpSync(join(ROOT, 'crds'), join(copy, 'crds'), { recursive: true });
  copyFileSync(built, join(copy, 'dist', 'operator.js'));
  for (const folder of ['clients', 'page']) {
    cpSync(join(dirname(built), folder), join(copy, 'dist', folder), { recursive: true });
  }
  buildCharts(join(copy, 'dist', 'charts'));
  run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', path], copy);
}

/** npm gives each SBOM the time and a number by chance: the same sources make the same file without both. */
function writeSbom(path: string): void {
  const file = join(path, 'sbom.cdx.json');
  run(process.execPath, [join(ROOT, 'scripts', 'run.mjs'), join(ROOT, 'scripts', 'sbom.ts'), file]);
  const { serialNumber: _, ...sbom } = JSON.parse(readFileSync(file, 'utf8'));
  delete sbom.metadata.timestamp;
  writeFileSync(file, `${JSON.stringify(sbom, undefined, 2)}\n`);
}

function addChecksums(path: string): readonly string[] {
  const files = readdirSync(path).sort();
  const sumOf = (file: string) =>
    createHash('sha256')
      .update(readFileSync(join(path, file)))
      .digest('hex');
  writeFileSync(join(path, 'SHA256SUMS'), files.map((file) => `${sumOf(file)}  ${file}\n`).join(''));
  return [...files, 'SHA256SUMS'].sort();
}
