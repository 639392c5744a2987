/** Replicas that are processes of this machine, and ask each other as Pods do: by an address, a token and an EndpointSlice each. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../control-plane/free-port.ts';
import type { ControlPlane } from '../../control-plane/start.ts';
import { createServiceAccounts } from '../../operator/kube/service-accounts.ts';
import { kubeClientFor } from './kube-client-for.ts';
import { objectsIn } from './objects-in.ts';
import type { OwnAddress } from './own-address.ts';
import { peerSlice } from './peer-slices.ts';

export interface PeerReplicas {
  /** The flags of a replica with this name, which `POD_NAME` is to be; its EndpointSlice is there from now on. */
  argsOf(name: string): Promise<string[]>;
  end(): Promise<void>;
}

/** @param service of which they are the endpoints: replicas of other tests are of other ones. */
export async function createPeerReplicas(
  controlPlane: ControlPlane,
  address: OwnAddress,
  service: string,
): Promise<PeerReplicas> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-peers-'));
  const client = kubeClientFor(controlPlane.adminKubeconfig);
  const objects = objectsIn('flux-system', client);
  const names: string[] = [];
  return {
    async argsOf(name) {
      const port = await freePort();
      const file = join(folder, name);
      await writeFile(file, await createServiceAccounts(client).token('flux-system', 'sluice', 'sluice'));
      await objects.apply(peerSlice(name, address, port, service));
      names.push(name);
      const host = address.host.includes(':') ? `[${address.host}]` : address.host;
      return [`--peers-addr=${host}:${port}`, `--peers-token-file=${file}`, `--peers-service=${service}`];
    },
    async end() {
      const path = '/apis/discovery.k8s.io/v1/namespaces/flux-system/endpointslices';
      for (const name of names) await client.request({ method: 'DELETE', path: `${path}/${name}` });
      await objects.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
