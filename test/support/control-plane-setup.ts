// Vitest's global set-up of the projects that need a cluster: they share one control plane, which the first of them
// starts and the last one stops.
import type { TestProject } from 'vitest/node';
import { type ControlPlane, startControlPlane } from '../../control-plane/start.ts';

// Each project loads its own copy of this module, so what they share lives outside of it.
const SHARED = Symbol.for('sluice.test.control-plane');
const shared = globalThis as { [SHARED]?: { users: number; starting: Promise<ControlPlane> } };

/** Starts the control plane, or joins the one that is there, and hands its facts to the tests. */
export async function setup(project: TestProject): Promise<void> {
  shared[SHARED] ??= { users: 0, starting: start() };
  shared[SHARED].users++;
  const controlPlane = await shared[SHARED].starting;
  project.provide('controlPlane', controlPlane.facts);
}

/** Stops the control plane when nobody uses it any more. */
export async function teardown(): Promise<void> {
  const current = shared[SHARED];
  if (current !== undefined && --current.users === 0) {
    delete shared[SHARED];
    await (await current.starting).stop();
  }
}

async function start(): Promise<ControlPlane> {
  const controlPlane = await startControlPlane();
  await controlPlane.applyStandIns();
  await controlPlane.applyOwnCrds();
  return controlPlane;
}
