/** The operator's own namespace: of its Lease, its Service, and of all it serves with `--watch-all-namespaces=false`. */
import { readFileSync } from 'node:fs';

const SERVICE_ACCOUNT_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
const DEFAULT_NAMESPACE = 'flux-system';

/** `RUNTIME_NAMESPACE`, else that of the ServiceAccount whose token is mounted, else Flux's own. */
export function ownNamespace(env: NodeJS.ProcessEnv, serviceAccountFile = SERVICE_ACCOUNT_FILE): string {
  return env.RUNTIME_NAMESPACE?.trim() || readNamespace(serviceAccountFile) || DEFAULT_NAMESPACE;
}

function readNamespace(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    // Not in a cluster, or without a token: then it is not known from there.
    return undefined;
  }
}
