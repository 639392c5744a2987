// `npm run sbom`: writes dist/sbom.cdx.json, or the file of its argument: what the lock file says the operator and the manifests are made of.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

interface Locked {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  /** With `resolved` a folder of the repository. */
  readonly link?: boolean;
  readonly resolved?: string;
  readonly devDependencies?: unknown;
  readonly optionalDependencies?: unknown;
  readonly peerDependencies?: unknown;
}

interface Lock {
  readonly name: string;
  readonly packages: Readonly<Record<string, Locked>>;
}

const ROOT = join(import.meta.dirname, '..');

/** Without what is for development, optional (the runtime of development is) or brought by others (cdk8s). */
function needed<T extends Locked>({ devDependencies, optionalDependencies, peerDependencies, ...rest }: T) {
  return rest;
}

function readJson<T extends object>(name: string): T {
  return JSON.parse(readFileSync(join(ROOT, name), 'utf8')) as T;
}

/** `npm sbom --omit=dev` leaves out as well what development shares with the rest, so it gets a lock without it. */
function sbomOf(lock: Lock): string {
  const scratch = mkdtempSync(join(tmpdir(), 'sluice-sbom-'));
  try {
    // npm names the root by its folder.
    const folder = join(scratch, lock.name);
    const root = lock.packages[''] ?? {};
    const kept = Object.entries(lock.packages).filter(([, entry]) => {
      // A link to a folder is not marked itself; the folder's entry is.
      const target = entry.link === true ? lock.packages[entry.resolved ?? ''] : undefined;
      const { dev, optional, devOptional } = target ?? entry;
      return !(dev || optional || devOptional);
    });
    const packages = { ...Object.fromEntries(kept), '': needed(root) };
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), JSON.stringify(needed(readJson('package.json'))));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ ...lock, packages }));
    const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'];
    const { status, stdout, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 });
    if (status === 0) return stdout;
    throw new Error(`npm sbom ended with ${status}: ${stderr.trim()}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const sbom = sbomOf(readJson('package-lock.json'));
const { components } = JSON.parse(sbom) as { components: readonly unknown[] };
const file = process.argv[2] ?? join(ROOT, 'dist', 'sbom.cdx.json');
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, sbom);
console.log(`${relative(process.cwd(), file)}  ${components.length} components`);
