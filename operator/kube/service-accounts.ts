/** ServiceAccounts whose identity somebody may borrow: what they say of themselves, and tokens of the API server for them. */
import type { KubeClient, KubeObject, ResourceType } from './kube-client.ts';
import { resourcePath } from './resource-path.ts';

/** What is read of a ServiceAccount. */
export interface ServiceAccountInfo {
  readonly uid: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ServiceAccounts {
  /** @throws ApiError (404: there is none; 403: it may not be read), ConnectionError */
  read(namespace: string, name: string): Promise<ServiceAccountInfo>;
  /** A new token of ten minutes for this audience, by TokenRequest. @throws as `read`. */
  token(namespace: string, name: string, audience: string): Promise<string>;
}

interface TokenRequest {
  readonly status: { readonly token: string };
}

const TYPE: ResourceType = { apiVersion: 'v1', plural: 'serviceaccounts', namespaced: true };
const TIMEOUT_MS = 4_000;
/** The shortest that the API server gives; it is exchanged at once. */
const LIFETIME_SECONDS = 600;

export function createServiceAccounts(client: KubeClient): ServiceAccounts {
  return {
    async read(namespace, name) {
      const path = resourcePath(TYPE, { namespace, name });
      const { metadata } = await client.request<KubeObject>({ method: 'GET', path, timeoutMs: TIMEOUT_MS });
      return { uid: metadata.uid ?? '', annotations: metadata.annotations ?? {} };
    },
    async token(namespace, name, audience) {
      const path = resourcePath(TYPE, { namespace, name, subresource: 'token' });
      const body = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: [audience], expirationSeconds: LIFETIME_SECONDS },
      };
      const answer = await client.request<TokenRequest>({ method: 'POST', path, body, timeoutMs: TIMEOUT_MS });
      return answer.status.token;
    },
  };
}
