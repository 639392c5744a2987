/** The credentials of the operator's ServiceAccount, for an API server behind a proxy. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { readKubeconfig, writeKubeconfig } from '../../control-plane/kubeconfig.ts';
import type { ControlPlane } from '../../control-plane/start.ts';
import type { TcpProxy } from './tcp-proxy.ts';

/** @returns the path of a kubeconfig in the control plane's folder. */
export async function kubeconfigThrough({ url }: TcpProxy, controlPlane: ControlPlane): Promise<string> {
  const direct = await controlPlane.kubeconfigFor({ namespace: 'flux-system', name: 'sluice' });
  const { cluster, user } = readKubeconfig(direct);
  const file = join(controlPlane.dir, `${randomUUID()}.kubeconfig`);
  writeKubeconfig(file, { cluster: { ...cluster, server: url }, user });
  return file;
}
