/**
 * Which cluster to talk to and as whom: `KUBECONFIG`, else the pod's ServiceAccount, else the default file. The reading
 * is client-node's, but for `tokenFile`, which it does not know, and for what it makes of broken files.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { KubeConfig as BaseKubeConfig } from '@kubernetes/client-node';
import { load } from 'js-yaml';

/** The part of a kubeconfig that is read here. */
interface Kubeconfig {
  readonly clusters?: unknown;
  readonly users?: readonly { readonly name: string; readonly user?: { readonly tokenFile?: unknown } | null }[];
}

const TOKEN_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/token';

export class KubeConfig extends BaseKubeConfig {
  /** @throws Error whose message says what is wrong with the text. */
  override loadFromString(text: string): void {
    const parsed = load(text) as Kubeconfig | null | undefined;
    if (typeof parsed !== 'object' || !Array.isArray(parsed?.clusters)) throw new Error('it is not a kubeconfig');
    super.loadFromString(text);
    const tokenFiles = new Map(parsed.users?.map(({ name, user }) => [name, user?.tokenFile]));
    this.users = this.users.map((user) => {
      const tokenFile = tokenFiles.get(user.name);
      // As client-go: a token file comes before a token beside it, which is what was once read from it.
      if (typeof tokenFile !== 'string' || tokenFile === '') return user;
      const { token: _once, ...rest } = user;
      return { ...rest, authProvider: { name: 'tokenFile', config: { tokenFile } } };
    });
  }

  /** Relative paths in a kubeconfig count from its folder. */
  override makePathsAbsolute(folder: string): void {
    super.makePathsAbsolute(folder);
    for (const { authProvider } of this.users) {
      const config: { tokenFile?: unknown } | undefined = authProvider?.config;
      if (typeof config?.tokenFile === 'string') config.tokenFile = resolve(folder, config.tokenFile);
    }
  }
}

/** @throws Error with one line that says what is wrong and where. */
export function loadKubeConfig(): KubeConfig {
  const named = process.env.KUBECONFIG ?? '';
  if (named !== '') return usable(merged(named.split(delimiter).filter((file) => file !== '')), `KUBECONFIG ${named}`);
  if ((process.env.KUBERNETES_SERVICE_HOST ?? '') !== '' && existsSync(TOKEN_FILE)) {
    const config = new KubeConfig();
    config.loadFromCluster();
    return config;
  }
  const file = join(process.env.HOME ?? homedir(), '.kube', 'config');
  if (existsSync(file)) return usable(read(file), file);
  throw new Error('there is no cluster to talk to: set KUBECONFIG, or run in a pod with a ServiceAccount');
}

/** As kubectl: of several files, those that are not there do not count, and the first to name a thing wins. */
function merged(files: readonly string[]): KubeConfig {
  const [first, ...others] = files.length > 1 ? files.filter((file) => existsSync(file)) : files;
  if (first === undefined) throw new Error(`KUBECONFIG ${files.join(delimiter)}: none of these files exists`);
  const config = read(first);
  for (const file of others) config.mergeConfig(read(file), config.currentContext !== undefined);
  return config;
}

function read(file: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromString(readFileSync(file, 'utf8'));
    config.makePathsAbsolute(dirname(resolve(file)));
  } catch (error) {
    throw new Error(`kubeconfig ${file}: ${firstLine(error)}`);
  }
  return config;
}

function usable(config: KubeConfig, where: string): KubeConfig {
  const context = config.getCurrentContext();
  if (context === undefined || context === '') throw new Error(`${where}: it has no current-context`);
  if (config.getContextObject(context) === null) throw new Error(`${where}: there is no context '${context}'`);
  if (config.getCurrentCluster() === null) throw new Error(`${where}: context '${context}' names no known cluster`);
  if (config.getCurrentUser() === null) throw new Error(`${where}: context '${context}' names no known user`);
  return config;
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? message;
}
