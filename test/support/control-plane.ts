// The control planes of tests: one shared by test files, or one of a file's own.
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { createClusterAccess } from '../../control-plane/cluster-access.ts';
import { createRunFolder, type RunFolder } from '../../control-plane/run-folder.ts';
import { type ControlPlane, type StartOptions, startControlPlane } from '../../control-plane/start.ts';
import { askForCluster } from './clusters.ts';
import { kubeClientFor } from './kube-client-for.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The socket of `serveClusters`. */
    clusters: string;
  }
}

/**
 * A control plane of the test run, with the CRDs of Flux (stand-ins) and Sluice. Integration tests use it all at once:
 * work in a namespace of your own, and do not rely on the absence of anything. It cannot be killed or stopped.
 */
export async function sharedControlPlane(): Promise<ControlPlane> {
  return accessTo('shared');
}

/**
 * As {@link sharedControlPlane}, but no other file uses it at the same time: an operator that serves all namespaces is
 * alone there. It holds what files before this one have left behind.
 */
export async function reusedControlPlane(): Promise<ControlPlane> {
  return accessTo(`worker-${process.env.VITEST_POOL_ID}`);
}

async function accessTo(name: string): Promise<ControlPlane> {
  const facts = await askForCluster(inject('clusters'), name);
  const refuse = async (): Promise<never> => {
    throw new Error('the control plane is shared with other files; use ownControlPlane() for this');
  };
  let folder: RunFolder | undefined;
  return {
    ...createClusterAccess(facts),
    ...facts,
    facts,
    guard(child) {
      folder ??= createRunFolder();
      folder.guard(child);
    },
    killApiServer: refuse,
    startApiServer: refuse,
    stop: refuse,
  };
}

/** A control plane for one test file, which must stop it; with the CRDs installed. Takes some seconds to start. */
export async function ownControlPlane(options: StartOptions = {}): Promise<ControlPlane> {
  const controlPlane = await startControlPlane({ ...options, ours: true });
  await controlPlane.applyStandIns();
  await controlPlane.applyOwnCrds();
  return controlPlane;
}

/** Makes a namespace with a name that no other test has, and returns the name. */
export async function freshNamespace({ adminKubeconfig }: ControlPlane): Promise<string> {
  const name = `test-${randomBytes(5).toString('hex')}`;
  const client = kubeClientFor(adminKubeconfig);
  await client.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } });
  await client.close();
  return name;
}
