/** Vitest's global set-up of the projects that need a cluster: they share what serves the control planes of the run. */
import type { TestProject } from 'vitest/node';
import { type Clusters, serveClusters } from './clusters.ts';

// Each project loads its own copy of this module, so what they share is outside of it.
const SHARED = Symbol.for('sluice.test.clusters');
const shared = globalThis as { [SHARED]?: { users: number; serving: Promise<Clusters> } };

/** Says to the tests where to ask for a control plane. */
export async function setup(project: TestProject): Promise<void> {
  shared[SHARED] ??= { users: 0, serving: serveClusters() };
  shared[SHARED].users++;
  project.provide('clusters', (await shared[SHARED].serving).socket);
}

/** Stops the control planes with the last project. */
export async function teardown(): Promise<void> {
  const current = shared[SHARED];
  if (current !== undefined && --current.users === 0) {
    delete shared[SHARED];
    await (await current.serving).stop();
  }
}
