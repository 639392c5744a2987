/** The Provider object as users write it: where notifications go and how. It has no status. */
import type { ObjectMeta } from '../meta.ts';

export const PROVIDER_KIND = 'Provider';
export const PROVIDER_PLURAL = 'providers';

export interface ProviderSpec {
  type: string;
  address?: string;
  channel?: string;
  username?: string;
  /** A Go duration; absent: 15 s. */
  timeout?: string;
  secretRef?: { name: string };
  certSecretRef?: { name: string };
  proxySecretRef?: { name: string };
  /** Deprecated in favour of `proxySecretRef`. */
  proxy?: string;
  /** Deprecated: it does nothing. */
  interval?: string;
  serviceAccountName?: string;
  /** CEL of type string over `event`, `alert` and `provider`: the name of a commit status. */
  commitStatusExpr?: string;
  suspend?: boolean;
}

export interface Provider {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta & { namespace: string };
  spec: ProviderSpec;
}
