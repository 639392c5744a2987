// Downloads the archive of test programs that Kubernetes publishes (envtest), for machines without Go.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './build-lock.ts';
import { cacheFolder } from './go-build.ts';
import type { Progress } from './progress.ts';

/** A published archive: which one, and what its bytes must be. */
export interface EnvtestRelease {
  /** For example `v1.34.1`. */
  readonly version: string;
  /** Everything before `/envtest-<version>/`. */
  readonly baseUrl: string;
  /** SHA-512 in hex of the archive for each `<os>-<arch>`. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** Where the archive is kept and whom to tell about the download. */
export interface EnvtestOptions {
  readonly progress: Progress;
  readonly release?: EnvtestRelease;
  readonly cache?: string;
}

/** The archive cannot be had, or is not the published one. */
export class EnvtestError extends Error {
  readonly code = 'envtest_unavailable';
  override readonly name = 'EnvtestError';
}

// Checksums as listed in envtest-releases.yaml of kubernetes-sigs/controller-tools.
const RELEASE: EnvtestRelease = {
  version: 'v1.34.1',
  baseUrl: 'https://github.com/kubernetes-sigs/controller-tools/releases/download',
  checksums: {
    'linux-amd64':
      'c5e7c237ae18a8c65d0df1214b864ecd19aa9ff4f1383dbd477c202546d778c0f74efe15750ec38f57d8de26ba17cd62f404446cdd3c975399a5d4589de35cdd',
    'linux-arm64':
      'bf13d2456183e66d084e28e1c9eed6a408fb77a06d8d1fd0461a7d9bc0c90b63d29ea67870b28f80d1f992acb026007d6f43987753c859c81d6a78bc1ca2c903',
    'darwin-amd64':
      'd9e0464dc1708c36ab41147b5e364c8b8e201eafc14c299dcbe58ebeaa82c651b8e834647167a951ded8c6d08c616aadbae1673a54743f9c8fa15a278c78c0c0',
    'darwin-arm64':
      '43d7c10b74100d20044df7c73be03e26f8243a9cb7c1d3035e581ee7bb0c7ffcaf759b9e182186b5bb2f47d1608835414ca443181a02d9ecb6c9cf04b43e3809',
  },
};

const GO_ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
const DOWNLOAD_TIMEOUT_MS = 600_000;

/** Returns the folder with the programs, after a download when the cache has none. Throws {@link EnvtestError}. */
export async function ensureEnvtest(options: EnvtestOptions): Promise<string> {
  const { progress, release = RELEASE, cache = cacheFolder() } = options;
  const platform = `${process.platform}-${GO_ARCHITECTURES[process.arch] ?? process.arch}`;
  const checksum = release.checksums[platform];
  if (checksum === undefined) {
    throw new EnvtestError(`Kubernetes publishes no test programs for ${platform}`);
  }
  const folder = join(cache, `envtest-${release.version}-${platform}`);
  if (existsSync(folder)) {
    return folder;
  }
  return withLock(`${folder}.lock`, async () => {
    if (!existsSync(folder)) {
      const name = `envtest-${release.version}-${platform}.tar.gz`;
      const url = `${release.baseUrl}/envtest-${release.version}/${name}`;
      progress(`downloading ${url}`);
      unpack(await download(url, checksum), folder);
    }
    return folder;
  });
}

async function download(url: string, checksum: string): Promise<Buffer> {
  let archive: Buffer;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) });
    if (!response.ok) {
      throw new Error(`the answer is ${response.status}`);
    }
    archive = Buffer.from(await response.arrayBuffer());
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = cause instanceof Error && cause.message ? cause.message : message;
    throw new EnvtestError(`${url} cannot be downloaded: ${reason}`);
  }
  const found = createHash('sha512').update(archive).digest('hex');
  if (found !== checksum) {
    throw new EnvtestError(`${url} is not what was published: its SHA-512 is ${found}`);
  }
  return archive;
}

/** Unpacks beside `folder` and renames, so that the folder is either complete or not there. */
function unpack(archive: Buffer, folder: string): void {
  const unfinished = `${folder}.${process.pid}`;
  try {
    mkdirSync(unfinished, { recursive: true });
    const file = join(unfinished, 'archive.tar.gz');
    writeFileSync(file, archive);
    // The programs are two folders deep.
    const tar = spawnSync('tar', ['-xzf', file, '-C', unfinished, '--strip-components=2'], { encoding: 'utf8' });
    if (tar.status !== 0) {
      throw new EnvtestError(`tar cannot unpack the archive: ${tar.error?.message ?? tar.stderr.trim()}`);
    }
    rmSync(file);
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
