// Starts a whole Kubernetes control plane for one run: etcd, kube-apiserver and kube-controller-manager on loopback
// ports, with TLS, RBAC and ServiceAccount tokens as on a real cluster. Gone without a trace when the run ends.
import { createPrivateKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ControlPlaneBinaries, findControlPlane } from './build.ts';
import { type Authority, createAuthority, createSigningKey, issueCertificate, type KeyPair } from './certificates.ts';
import { type ClusterAccess, type ClusterFacts, createClusterAccess } from './cluster-access.ts';
import { type Component, ComponentError, startComponent } from './component.ts';
import { existingCluster } from './existing-cluster.ts';
import { freePort } from './free-port.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { answersOk } from './probe.ts';
import { lineProgress, type Progress } from './progress.ts';
import { createRunFolder, type RunFolder } from './run-folder.ts';
import {
  apiServerArgs,
  controllerManagerArgs,
  etcdArgs,
  type Files,
  KUBERNETES_SERVICE_IP,
  type Ports,
} from './servers.ts';

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
  if (optIn) {
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
  const { files, authority, admin, adminKubeconfig } = writeFiles(folder.path, url);
  const facts: ClusterFacts = { url, dir: folder.path, adminKubeconfig, kubectlCommand: binaries.kubectl, authority };

  const etcd = startComponent(folder, 'etcd', binaries.etcd, etcdArgs(ports, files));
  await etcd.whenReady(() => answersOk(`http://127.0.0.1:${ports.etcdClient}/readyz`), READY_TIMEOUT_MS);

  const tls = { ca: authority.certificatePem, cert: admin.certificatePem, key: admin.keyPem };
  const usualArgs = [...apiServerArgs(ports, files), ...(options.apiServerArgs ?? [])];
  const startApiServer = async (extraArgs: readonly string[] = []): Promise<Component> => {
    const started = startComponent(folder, 'kube-apiserver', binaries.kubeApiServer, [...usualArgs, ...extraArgs]);
    await started.whenReady(() => answersOk(`${url}/readyz`, tls), READY_TIMEOUT_MS);
    return started;
  };
  let apiServer: Component | undefined = await startApiServer();

  if (options.controllerManager !== false && binaries.kubeControllerManager !== undefined) {
    startComponent(folder, 'kube-controller-manager', binaries.kubeControllerManager, controllerManagerArgs(files));
  }
  return {
    ...createClusterAccess(facts),
    url,
    dir: folder.path,
    adminKubeconfig,
    facts,
    guard: folder.guard,
    async killApiServer() {
      await apiServer?.kill();
      apiServer = undefined;
    },
    async startApiServer(extraArgs) {
      if (apiServer !== undefined) {
        throw new Error('the API server is running; kill it first');
      }
      apiServer = await startApiServer(extraArgs);
    },
    stop: folder.remove,
  };
}

interface WrittenFiles {
  readonly files: Files;
  readonly authority: Authority;
  readonly admin: KeyPair;
  readonly adminKubeconfig: string;
}

/** Writes certificates, keys and kubeconfigs into the run's folder. */
function writeFiles(dir: string, url: string): WrittenFiles {
  const authority = createAuthority('sluice test authority');
  const signerKey = createPrivateKey(authority.keyPem);
  const tokens = createSigningKey();
  const hosts = ['127.0.0.1', KUBERNETES_SERVICE_IP, 'localhost', 'kubernetes.default', 'kubernetes.default.svc'];
  const server = issueCertificate(authority, signerKey, { commonName: 'kube-apiserver', hosts });
  const write = (name: string, content: string): string => {
    const file = join(dir, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  const client = (name: string, commonName: string, organizations: readonly string[] = []) => {
    const pair = issueCertificate(authority, signerKey, { commonName, organizations });
    const file = join(dir, `${name}.kubeconfig`);
    writeKubeconfig(file, {
      cluster: { server: url, 'certificate-authority-data': base64(authority.certificatePem) },
      user: {
        'client-certificate-data': base64(pair.certificatePem),
        'client-key-data': base64(pair.keyPem),
      },
    });
    return { pair, file };
  };
  const admin = client('admin', 'sluice-admin', ['system:masters']);
  const etcdData = join(dir, 'etcd');
  mkdirSync(etcdData, { mode: 0o700 });
  const files: Files = {
    etcdData,
    authority: write('ca.crt', authority.certificatePem),
    serverCertificate: write('apiserver.crt', server.certificatePem),
    serverKey: write('apiserver.key', server.keyPem),
    tokenKey: write('service-accounts.key', tokens.privatePem),
    tokenPublicKey: write('service-accounts.pub', tokens.publicPem),
    controllerManagerKubeconfig: client('controller-manager', 'system:kube-controller-manager').file,
  };
  return { files, authority, admin: admin.pair, adminKubeconfig: admin.file };
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
