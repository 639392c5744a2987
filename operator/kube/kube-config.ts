/**
 * Which cluster to talk to and as whom: `KUBECONFIG`, else the default file, else the pod's ServiceAccount. The reading
 * is client-node's, but for `tokenFile`, which it does not know.
 */
import { KubeConfig as BaseKubeConfig } from '@kubernetes/client-node';
import { load } from 'js-yaml';

/** What client-node falls back to when there is nothing: never a real cluster. */
const NOTHING_FOUND = 'http://localhost:8080';

/** The part of a kubeconfig that client-node overlooks. */
interface Kubeconfig {
  readonly users?: readonly { readonly name: string; readonly user?: { readonly tokenFile?: unknown } }[];
}

export class KubeConfig extends BaseKubeConfig {
  override loadFromString(text: string): void {
    super.loadFromString(text);
    const tokenFiles = new Map(
      (load(text) as Kubeconfig | null)?.users?.map(({ name, user }) => [name, user?.tokenFile]),
    );
    this.users = this.users.map((user) => {
      const tokenFile = tokenFiles.get(user.name);
      if (typeof tokenFile !== 'string' || user.token !== undefined) return user;
      return { ...user, authProvider: { name: 'tokenFile', config: { tokenFile } } };
    });
  }
}

/**
 * @throws Error with one line that says what is wrong and where.
 */
export function loadKubeConfig(): KubeConfig {
  const config = new KubeConfig();
  const named = process.env.KUBECONFIG ?? '';
  const where = named === '' ? 'the default kubeconfig' : `KUBECONFIG ${named}`;
  try {
    config.loadFromDefault();
  } catch (error) {
    throw new Error(`${where}: ${firstLine(error)}`);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw new Error(`${where}: its current context '${config.getCurrentContext()}' names no cluster`);
  if (named === '' && cluster.server === NOTHING_FOUND) {
    throw new Error('there is no cluster to talk to: set KUBECONFIG, or run in a pod with a ServiceAccount');
  }
  return config;
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? message;
}
