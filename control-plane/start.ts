// Starts a whole Kubernetes control plane for one run: etcd, kube-apiserver and kube-controller-manager on loopback
// ports, with TLS, RBAC and ServiceAccount tokens as on a real cluster. Gone without a trace when the run ends.
import { type ControlPlaneBinaries, findControlPlane } from './build.ts';
import { type ClusterAccess, type ClusterFacts, createClusterAccess } from './cluster-access.ts';
import { type Component, ComponentError, startComponent } from './component.ts';
import { existingCluster } from './existing-cluster.ts';
import { freePort } from './free-port.ts';
import { answersOk } from './probe.ts';
import { lineProgress, type Progress } from './progress.ts';
import { writeRunFiles } from './run-files.ts';
import { createRunFolder, type RunFolder } from './run-folder.ts';
import { apiServerArgs, controllerManagerArgs, etcdArgs, type Ports } from './servers.ts';

/** A running control plane. */
export interface ControlPlane extends ClusterAccess {
  /** `https://127.0.0.1:<port>` of kube-apiserver. */
  readonly url: string;
  /** This run's folder; removed at the stop. */
  readonly dir: string;
  /** Path of a kubeconfig with all rights. */
  readonly adminKubeconfig: string;
  /** Plain data from which another process can make the same {@link ClusterAccess}. */
  readonly facts: ClusterFacts;
  /** Kills a process of the caller's with the control plane, at the latest when the caller itself is gone. */
  readonly guard: RunFolder['guard'];
  /** SIGKILL; the same port comes back with {@link startApiServer}. */
  killApiServer(): Promise<void>;
  /** Starts a killed API server, with flags after the usual ones, and waits until it is ready. */
  startApiServer(extraArgs?: readonly string[]): Promise<void>;
  /** Ends all processes and removes the folder. */
  stop(): Promise<void>;
}

/** How to start a control plane. */
export interface StartOptions {
  /** Takes a line now and then when something takes long, above all the first build. */
  readonly progress?: Progress;
  /** False leaves out kube-controller-manager. */
  readonly controllerManager?: boolean;
  /** True: one that can be killed and stopped, even when `SLUICE_TEST_KUBECONFIG` names a cluster. */
  readonly ours?: boolean;
  /** Flags of kube-apiserver after the usual ones. */
  readonly apiServerArgs?: readonly string[];
}

const READY_TIMEOUT_MS = 120_000;
const ATTEMPTS = 5;

/**
 * Starts a control plane and resolves when it serves; or, when `SLUICE_TEST_KUBECONFIG` names one, uses that cluster.
 * Throws {@link NoControlPlaneError} with what to install, or {@link ComponentError} with the end of a server's log.
 */
export async function startControlPlane(options: StartOptions = {}): Promise<ControlPlane> {
  const progress = options.progress ?? lineProgress();
  const optIn = process.env.SLUICE_TEST_KUBECONFIG;
  if (optIn && options.ours !== true) {
    return existingCluster(optIn);
  }
  const binaries = await findControlPlane(progress);
  for (let attempt = 1; ; attempt++) {
    const folder = createRunFolder();
    try {
      return await startIn(folder, binaries, options);
    } catch (error) {
      await folder.remove();
      // Another process may take a port between our finding it free and a server's listening on it.
      if (attempt === ATTEMPTS || !(error instanceof ComponentError && /address already in use/.test(error.log))) {
        throw error;
      }
    }
  }
}

async function startIn(
  folder: RunFolder,
  binaries: ControlPlaneBinaries,
  options: StartOptions,
): Promise<ControlPlane> {
  const ports: Ports = { etcdClient: await freePort(), etcdPeer: await freePort(), apiServer: await freePort() };
  const url = `https://127.0.0.1:${ports.apiServer}`;
  const { files, authority, admin, adminKubeconfig } = await writeRunFiles(folder.path, url);
  const controllerManager = options.controllerManager === false ? undefined : binaries.kubeControllerManager;

  const etcd = startComponent(folder, 'etcd', binaries.etcd, etcdArgs(ports, files));
  await etcd.whenReady(() => answersOk(`http://127.0.0.1:${ports.etcdClient}/readyz`), READY_TIMEOUT_MS);

  const tls = { ca: authority.certificatePem, cert: admin.certificatePem, key: admin.keyPem };
  const args = [...apiServerArgs(ports, files), ...(options.apiServerArgs ?? [])];
  const apiServer = restartable(async (extraArgs) => {
    const started = startComponent(folder, 'kube-apiserver', binaries.kubeApiServer, [...args, ...extraArgs]);
    await started.whenReady(() => answersOk(`${url}/readyz`, tls), READY_TIMEOUT_MS);
    return started;
  });
  await apiServer.start([]);

  if (controllerManager !== undefined) {
    startComponent(folder, 'kube-controller-manager', controllerManager, controllerManagerArgs(files));
  }
  const controllers = controllerManager !== undefined;
  const own = { url, dir: folder.path, adminKubeconfig };
  const facts: ClusterFacts = { ...own, kubectlCommand: binaries.kubectl, controllers, authority };
  return {
    ...createClusterAccess(facts),
    ...own,
    facts,
    guard: folder.guard,
    killApiServer: apiServer.kill,
    startApiServer: (extraArgs = []) => apiServer.start(extraArgs),
    stop: folder.remove,
  };
}

/** Holds one component that can be killed and started again, and is never there twice. */
function restartable(start: (extraArgs: readonly string[]) => Promise<Component>) {
  let running: Component | undefined;
  return {
    async start(extraArgs: readonly string[]): Promise<void> {
      if (running !== undefined) {
        throw new Error('the API server is running; kill it first');
      }
      running = await start(extraArgs);
    },
    async kill(): Promise<void> {
      await running?.kill();
      running = undefined;
    },
  };
}
