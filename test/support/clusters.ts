/**
 * The control planes of a test run: each is started when the first test asks for it by name, and all end with the run.
 * Test files are processes of their own, so they ask over a socket that only the run's user can open.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { ClusterFacts } from '../../control-plane/cluster-access.ts';
import { type ControlPlane, startControlPlane } from '../../control-plane/start.ts';

export interface Clusters {
  /** Where {@link askForCluster} asks. */
  readonly socket: string;
  /** Ends the control planes that were started. */
  stop(): Promise<void>;
}

/** Serves control planes with the CRDs of Flux (stand-ins) and Sluice. */
export async function serveClusters(): Promise<Clusters> {
  const started = new Map<string, Promise<ControlPlane>>();
  const folder = mkdtempSync(join(tmpdir(), 'sluice-clusters-'));
  const socket = join(folder, 'socket');
  const server = createServer((incoming, response) => {
    const name = incoming.url ?? '';
    const starting = started.get(name) ?? start();
    started.set(name, starting);
    starting.then(
      ({ facts }) => response.end(JSON.stringify({ facts })),
      (error: Error) => response.end(JSON.stringify({ error: error.message })),
    );
  });
  server.requestTimeout = 0;
  await once(server.listen(socket), 'listening');
  return {
    socket,
    async stop() {
      server.closeAllConnections();
      server.close();
      for (const starting of await Promise.allSettled(started.values())) {
        if (starting.status === 'fulfilled') await starting.value.stop();
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The facts of the control plane of that name. Throws with what {@link startControlPlane} says. */
export async function askForCluster(socket: string, name: string): Promise<ClusterFacts> {
  const asked = request({ socketPath: socket, path: `/${name}`, agent: false });
  asked.end();
  const [response] = await once(asked, 'response');
  const { facts, error } = (await json(response)) as { facts?: ClusterFacts; error?: string };
  if (facts === undefined) throw new Error(error ?? 'the test run has no control plane');
  return facts;
}

async function start(): Promise<ControlPlane> {
  const controlPlane = await startControlPlane();
  await controlPlane.applyStandIns();
  await controlPlane.applyOwnCrds();
  return controlPlane;
}
