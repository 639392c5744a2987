// Kubeconfig files, written as JSON, which every reader of YAML understands.
import { readFileSync, writeFileSync } from 'node:fs';

/** The `cluster` part of a kubeconfig. */
export interface KubeconfigCluster {
  readonly server: string;
  readonly 'certificate-authority-data'?: string;
}

/** The `user` part of a kubeconfig, as far as it is used here. */
export interface KubeconfigUser {
  readonly token?: string;
  readonly 'client-certificate-data'?: string;
  readonly 'client-key-data'?: string;
  readonly as?: string;
  readonly 'as-groups'?: readonly string[];
}

/** What a kubeconfig with one context holds. */
export interface KubeconfigEntry {
  readonly cluster: KubeconfigCluster;
  readonly user: KubeconfigUser;
}

/** Writes a kubeconfig with one context to `file`, readable by its owner alone. */
export function writeKubeconfig(file: string, { cluster, user }: KubeconfigEntry): void {
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'sluice', cluster }],
    users: [{ name: 'sluice', user }],
    contexts: [{ name: 'sluice', context: { cluster: 'sluice', user: 'sluice' } }],
    'current-context': 'sluice',
  };
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}

/** Reads back what `writeKubeconfig` wrote. */
export function readKubeconfig(file: string): KubeconfigEntry {
  return parseKubeconfig(readFileSync(file, 'utf8'));
}

/** Parses a JSON kubeconfig with one context, such as `kubectl config view --minify --flatten --raw -o json` prints. */
export function parseKubeconfig(json: string): KubeconfigEntry {
  const content = JSON.parse(json) as {
    clusters?: { cluster: KubeconfigCluster }[];
    users?: { user: KubeconfigUser }[];
  };
  const cluster = content.clusters?.[0]?.cluster;
  const user = content.users?.[0]?.user;
  if (cluster === undefined || user === undefined) {
    throw new Error('the kubeconfig names no cluster or no user');
  }
  return { cluster, user };
}
