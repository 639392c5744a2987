// Finds the programs of a control plane: those of KUBEBUILDER_ASSETS, else our own build from the cache, else a
// new build with Go, else the archive that Kubernetes publishes for tests.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Command } from './component.ts';
import { EnvtestError, type EnvtestRelease, ensureEnvtest } from './envtest-archive.ts';
import { cacheFolder, GoBuildError, goBuild, isBuilt, planGoBuild } from './go-build.ts';
import type { Progress } from './progress.ts';

/** The programs of a control plane. */
export interface ControlPlaneBinaries {
  /** Where they come from, for messages. */
  readonly source: string;
  readonly etcd: Command;
  readonly kubeApiServer: Command;
  /** Missing from archives of Kubernetes' own test assets. */
  readonly kubeControllerManager?: Command;
  readonly kubectl: Command;
}

/** No control plane can be had on this machine; the message says what to install. */
export class NoControlPlaneError extends Error {
  readonly code = 'no_control_plane';
  override readonly name = 'NoControlPlaneError';
}

/**
 * Finds, builds or downloads the programs; says so through `progress` when that takes a while. `release` is the archive
 * to fall back to, when not the usual one. Throws {@link NoControlPlaneError}.
 */
export async function findControlPlane(
  progress: Progress,
  env: NodeJS.ProcessEnv = process.env,
  release?: EnvtestRelease,
): Promise<ControlPlaneBinaries> {
  if (env.KUBEBUILDER_ASSETS) {
    return assetsIn(env.KUBEBUILDER_ASSETS, 'KUBEBUILDER_ASSETS', env);
  }
  const cache = cacheFolder(env);
  const build = planGoBuild(import.meta.dirname, cache);
  const failures: string[] = [];
  if (!isBuilt(build)) {
    try {
      await goBuild(build, progress, env);
    } catch (error) {
      failures.push(messageOf(error, GoBuildError));
    }
  }
  if (isBuilt(build)) {
    return ownBuild(build.file);
  }
  try {
    const archive = await ensureEnvtest({ progress, cache, ...(release === undefined ? {} : { release }) });
    return assetsIn(archive, 'the envtest archive', env);
  } catch (error) {
    failures.push(messageOf(error, EnvtestError));
  }
  throw new NoControlPlaneError(
    'No Kubernetes control plane: install Go 1.26 or later, or set KUBEBUILDER_ASSETS to a folder with etcd, ' +
      `kube-apiserver and kubectl.\n${failures.map((failure) => `- ${failure}`).join('\n')}`,
  );
}

function ownBuild(file: string): ControlPlaneBinaries {
  return {
    source: file,
    etcd: [file, 'etcd'],
    kubeApiServer: [file, 'kube-apiserver'],
    kubeControllerManager: [file, 'kube-controller-manager'],
    kubectl: [file, 'kubectl'],
  };
}

/** The programs in a folder of Kubernetes' test assets; kubectl may also be on the PATH. */
function assetsIn(folder: string, source: string, env: NodeJS.ProcessEnv): ControlPlaneBinaries {
  const path = (env.PATH ?? '').split(delimiter);
  const need = (name: string, folders: readonly string[]): Command => {
    const file = find(name, folders);
    if (file === undefined) {
      throw new NoControlPlaneError(`${source} (${folder}) has no ${name}`);
    }
    return [file];
  };
  const controllerManager = find('kube-controller-manager', [folder]);
  return {
    source: `${source} (${folder})`,
    etcd: need('etcd', [folder]),
    kubeApiServer: need('kube-apiserver', [folder]),
    ...(controllerManager === undefined ? {} : { kubeControllerManager: [controllerManager] }),
    kubectl: need('kubectl', [folder, ...path]),
  };
}

function find(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function messageOf(error: unknown, expected: new (...args: never[]) => Error): string {
  if (error instanceof expected) {
    return error.message;
  }
  throw error;
}
