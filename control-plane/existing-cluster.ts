// Uses a cluster that is already there instead of starting one, because the user named its kubeconfig.

import { join } from 'node:path';
import { createClusterAccess } from './cluster-access.ts';
import { parseKubeconfig, writeKubeconfig } from './kubeconfig.ts';
import { runKubectl } from './kubectl.ts';
import { createRunFolder } from './run-folder.ts';

/** Gives the cluster of the current context of `kubeconfig`. It is neither started nor stopped from here. */
export async function existingCluster(kubeconfig: string) {
  const folder = createRunFolder();
  const dir = folder.path;
  const command = ['kubectl'] as const;
  const args = ['config', 'view', '--minify', '--flatten', '--raw', '-o', 'json'];
  const view = await runKubectl(args, { command, kubeconfig, dir });
  if (view.code !== 0) {
    await folder.remove();
    throw new Error(`kubectl cannot read SLUICE_TEST_KUBECONFIG: ${view.stderr.trim()}`);
  }
  const adminKubeconfig = join(dir, 'admin.kubeconfig');
  const entry = parseKubeconfig(view.stdout);
  writeKubeconfig(adminKubeconfig, entry);
  const facts = { url: entry.cluster.server, dir, adminKubeconfig, kubectlCommand: command, controllers: true };
  const refuse = async (): Promise<never> => {
    throw new Error('the cluster of SLUICE_TEST_KUBECONFIG is not ours to kill or start');
  };
  return {
    ...createClusterAccess(facts),
    ...facts,
    facts,
    guard: folder.guard,
    killApiServer: refuse,
    startApiServer: refuse,
    stop: folder.remove,
  };
}
