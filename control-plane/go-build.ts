// Builds a program from its Go module, once per version and machine, into the user's cache folder.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { withLock } from './build-lock.ts';
import { elapsed, type Progress, progressIntervalMs } from './progress.ts';

/** What a build is made from and where it ends up. */
export interface GoBuild {
  /** What is built, for people who wait: `the control plane (Kubernetes v1.36.3, once per version)`. */
  readonly title: string;
  /** Folder of the Go module. */
  readonly source: string;
  /** The main package, as `go build` takes it. */
  readonly mainPackage: string;
  /** Arguments of `go`, without `-o` and what follows. */
  readonly args: readonly string[];
  /** Where the program is, or will be. */
  readonly file: string;
}

/** The `go` program is missing or cannot build. */
export class GoBuildError extends Error {
  readonly code = 'go_build_failed';
  override readonly name = 'GoBuildError';
}

const BUILD_ENV = { CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' };

/** Works out the build of the Go module in `source`: the same files and command give the same place in `cache`. */
export function planGoBuild(source: string = import.meta.dirname, cache: string = cacheFolder()): GoBuild {
  const goMod = readFileSync(join(source, 'go.mod'), 'utf8');
  const kubernetesVersion = /^\s*k8s\.io\/kubernetes (v\d+\.\d+\.\d+)$/m.exec(goMod)?.[1];
  if (kubernetesVersion === undefined) {
    throw new GoBuildError(`${join(source, 'go.mod')} requires no released k8s.io/kubernetes`);
  }
  const args = buildArgs(kubernetesVersion);
  const hash = createHash('sha256').update(JSON.stringify([args, BUILD_ENV]));
  for (const name of readdirSync(source).filter(isGoSource).sort()) {
    hash.update(`\0${name}\0`).update(readFileSync(join(source, name)));
  }
  const key = `${kubernetesVersion}-${hash.digest('hex').slice(0, 16)}-${process.platform}-${process.arch}`;
  const title = `the control plane (Kubernetes ${kubernetesVersion}, once per version)`;
  return { title, source, mainPackage: '.', args, file: join(cache, key, 'control-plane') };
}

/** True when that build is in the cache. */
export function isBuilt({ file }: GoBuild): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Builds, unless another process just did. It appears in the cache only when it is complete.
 * Throws {@link GoBuildError} with what the compiler said.
 */
export async function goBuild(build: GoBuild, progress: Progress, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const folder = dirname(build.file);
  mkdirSync(folder, { recursive: true });
  const onWait = reporter(progress, () => `waiting for another run that builds ${build.title}`);
  await withLock(
    join(folder, 'lock'),
    async () => {
      if (isBuilt(build)) {
        return;
      }
      removeUnfinished(build.file);
      const unfinished = `${build.file}.${process.pid}`;
      try {
        await runGo([...build.args, '-o', unfinished, build.mainPackage], build, progress, env);
        renameSync(unfinished, build.file);
      } finally {
        rmSync(unfinished, { force: true });
      }
    },
    { onWait },
  );
}

/** The user's cache folder for control planes: `$XDG_CACHE_HOME`, else `~/.cache`. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sluice', 'control-plane');
}

/** Removes what builds that were killed have left; the lock is ours, so none is under way. */
function removeUnfinished(file: string): void {
  const folder = dirname(file);
  for (const name of readdirSync(folder).filter((each) => each.startsWith(`${basename(file)}.`))) {
    rmSync(join(folder, name), { force: true });
  }
}

function buildArgs(version: string): string[] {
  const [major = '', minor = ''] = version.slice(1).split('.');
  const set = (name: string, value: string): string => `-X k8s.io/component-base/version.${name}=${value}`;
  const linker = ['-s', '-w', set('gitVersion', version), set('gitMajor', major), set('gitMinor', minor)];
  return ['build', '-v', '-trimpath', '-buildvcs=false', '-ldflags', linker.join(' ')];
}

function isGoSource(name: string): boolean {
  return name === 'go.mod' || name === 'go.sum' || (name.endsWith('.go') && !name.endsWith('_test.go'));
}

async function runGo(
  args: readonly string[],
  build: GoBuild,
  progress: Progress,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const child = spawn('go', args, {
    cwd: build.source,
    env: { ...env, ...BUILD_ENV },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const complaints: string[] = [];
  let packages = 0;
  let latest = 'getting the sources';
  const report = reporter(progress, (time) => {
    return `building ${build.title}: ${time}, ${packages} packages compiled, ${latest}`;
  });
  const interval = setInterval(report, 1_000);
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (/^[\w.-]+(\/[\w.~-]+)*$/.test(line)) {
      packages++;
      latest = line;
    } else if (line.startsWith('go: downloading ')) {
      latest = line.slice('go: '.length);
    } else {
      complaints.push(line);
    }
  });
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', (error) => reject(new GoBuildError(`go cannot be run: ${error.message}`)));
      child.once('close', (code) => {
        const said = complaints.slice(-20).join('\n');
        return code === 0 ? resolve() : reject(new GoBuildError(`go build ended with ${code}:\n${said}`));
      });
    });
  } finally {
    clearInterval(interval);
  }
}

/** Calls `progress` at once and then no more often than suits the terminal or pipe. */
function reporter(progress: Progress, line: (time: string) => string): () => void {
  const started = Date.now();
  const intervalMs = progressIntervalMs(process.stderr);
  let next = started;
  return () => {
    if (Date.now() >= next) {
      next = Date.now() + intervalMs;
      progress(line(elapsed(Date.now() - started)));
    }
  };
}
