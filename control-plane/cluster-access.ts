// What can be done with a cluster once its address and an administrator's credentials are known: kubectl, and
// kubeconfig files for other identities. All of it is plain data, so that one process can hand it to another.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { issueCertificate, type KeyPair } from './certificates.ts';
import type { Command } from './component.ts';
import { ownCrds, type StandIns, standInCrds } from './crds.ts';
import { type KubeconfigUser, readKubeconfig, writeKubeconfig } from './kubeconfig.ts';
import { type KubectlResult, runKubectl } from './kubectl.ts';

/** A running cluster as plain data. */
export interface ClusterFacts {
  readonly url: string;
  /** The run's folder; kubeconfigs are written there. */
  readonly dir: string;
  readonly adminKubeconfig: string;
  readonly kubectlCommand: Command;
  /** False where kube-controller-manager does not run: no garbage collection, no pods for a Deployment. */
  readonly controllers: boolean;
  /** The authority that the API server trusts for clients; without one, users are impersonated. */
  readonly authority?: KeyPair;
}

/** How to call kubectl. */
export interface KubectlCall {
  readonly input?: string;
  /** Path of another kubeconfig than the administrator's. */
  readonly kubeconfig?: string;
}

/** The part of a control plane that works from its facts alone. */
export interface ClusterAccess {
  /** Runs kubectl as the administrator, or with another kubeconfig. Does not throw when kubectl fails. */
  kubectl(args: readonly string[], call?: KubectlCall): Promise<KubectlResult>;
  /** Applies YAML or JSON; CRDs in it are served when this resolves. Throws with what kubectl said. */
  apply(manifest: string): Promise<void>;
  /** Applies the stand-ins for the CRDs of others; by default those of Flux. */
  applyStandIns(which?: StandIns): Promise<void>;
  /** Applies the CRDs of this repository's `crds/`. */
  applyOwnCrds(): Promise<void>;
  /** Writes a kubeconfig that acts as that ServiceAccount, with a token for a day. */
  kubeconfigFor(serviceAccount: { namespace: string; name: string }): Promise<string>;
  /** Writes a kubeconfig of a user in groups: a client certificate, or impersonation on a cluster that is not ours. */
  kubeconfigForUser(user: string, groups?: readonly string[]): Promise<string>;
}

/** Gives access to the cluster that `facts` describe. */
export function createClusterAccess(facts: ClusterFacts): ClusterAccess {
  const kubectl: ClusterAccess['kubectl'] = (args, call = {}) =>
    runKubectl(args, {
      command: facts.kubectlCommand,
      kubeconfig: call.kubeconfig ?? facts.adminKubeconfig,
      dir: facts.dir,
      input: call.input,
    });
  const succeed = async (args: readonly string[], call?: KubectlCall): Promise<string> => {
    const { code, stdout, stderr } = await kubectl(args, call);
    if (code !== 0) {
      throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr.trim() || stdout.trim()}`);
    }
    return stdout;
  };
  const kubeconfig = (user: KubeconfigUser): string => {
    const file = join(facts.dir, `${randomUUID()}.kubeconfig`);
    writeKubeconfig(file, { cluster: readKubeconfig(facts.adminKubeconfig).cluster, user });
    return file;
  };
  const apply = async (manifest: string): Promise<void> => {
    const args = ['apply', '--server-side', '--force-conflicts', '-o', 'name', '-f', '-'];
    const names = (await succeed(args, { input: manifest })).split('\n');
    // Those alone: somebody else may delete another one meanwhile.
    const crds = names.filter((name) => name.startsWith('customresourcedefinition.'));
    if (crds.length > 0) await succeed(['wait', '--for=condition=Established', ...crds, '--timeout=60s']);
  };
  return {
    kubectl,
    apply,
    applyStandIns: (which = 'flux') => apply(standInCrds(which)),
    async applyOwnCrds() {
      const manifest = ownCrds();
      if (manifest !== '') {
        await apply(manifest);
      }
    },
    async kubeconfigFor({ namespace, name }) {
      const token = await succeed(['create', 'token', name, '--namespace', namespace, '--duration', '24h']);
      return kubeconfig({ token: token.trim() });
    },
    async kubeconfigForUser(user, groups = []) {
      return kubeconfig(await userCredentials(facts, user, groups));
    },
  };
}

async function userCredentials(facts: ClusterFacts, user: string, groups: readonly string[]): Promise<KubeconfigUser> {
  if (facts.authority === undefined) {
    return { ...readKubeconfig(facts.adminKubeconfig).user, as: user, 'as-groups': groups };
  }
  const pair = await issueCertificate(facts.authority, { commonName: user, organizations: groups });
  return {
    'client-certificate-data': Buffer.from(pair.certificatePem).toString('base64'),
    'client-key-data': Buffer.from(pair.keyPem).toString('base64'),
  };
}
