/** The identity that a Provider's ServiceAccount lends it: tokens of the API server, which clouds exchange for their own. */
import { isNotFound } from '../../kube/api-error.ts';
import type { KubeClient, KubeObject, ResourceType } from '../../kube/kube-client.ts';
import { resourcePath } from '../../kube/resource-path.ts';
import { DeliveryError } from '../delivery-error.ts';

export interface ServiceAccountIdentity {
  /** @throws DeliveryError final where there is no such ServiceAccount; what the API server's absence throws passes. */
  annotations(): Promise<Readonly<Record<string, string>>>;
  /** A new token for this audience. @throws as {@link annotations}. */
  token(audience: string): Promise<string>;
}

export type ServiceAccounts = (namespace: string, name: string) => ServiceAccountIdentity;

interface TokenRequest {
  readonly status: { readonly token: string };
}

const SERVICE_ACCOUNTS: ResourceType = { apiVersion: 'v1', plural: 'serviceaccounts', namespaced: true };
const TIMEOUT_MS = 4_000;
/** The shortest that the API server gives; it is exchanged at once. */
const LIFETIME_SECONDS = 600;

export function createServiceAccounts(client: KubeClient): ServiceAccounts {
  return (namespace, name) => ({
    async annotations() {
      const path = resourcePath(SERVICE_ACCOUNTS, { namespace, name });
      const account = await found(client.request<KubeObject>({ method: 'GET', path, timeoutMs: TIMEOUT_MS }), name);
      return account.metadata.annotations ?? {};
    },
    async token(audience) {
      const path = resourcePath(SERVICE_ACCOUNTS, { namespace, name, subresource: 'token' });
      const body = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: [audience], expirationSeconds: LIFETIME_SECONDS },
      };
      const request = client.request<TokenRequest>({ method: 'POST', path, body, timeoutMs: TIMEOUT_MS });
      return (await found(request, name)).status.token;
    },
  });
}

async function found<T>(request: Promise<T>, name: string): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new DeliveryError(
      'final',
      `failed to get service account: serviceaccounts ${JSON.stringify(name)} not found`,
    );
  }
}
