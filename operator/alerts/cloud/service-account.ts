/** The identity that a Provider's ServiceAccount lends it: tokens of the API server, which clouds exchange for their own. */
import { isNotFound } from '../../kube/api-error.ts';
import type { ServiceAccounts as KubeServiceAccounts } from '../../kube/service-accounts.ts';
import { DeliveryError } from '../delivery-error.ts';

export interface ServiceAccountIdentity {
  /** @throws DeliveryError final where there is no such ServiceAccount; what the API server's absence throws passes. */
  annotations(): Promise<Readonly<Record<string, string>>>;
  /** A new token for this audience. @throws as {@link annotations}. */
  token(audience: string): Promise<string>;
}

export type ServiceAccounts = (namespace: string, name: string) => ServiceAccountIdentity;

export function createServiceAccounts(accounts: KubeServiceAccounts): ServiceAccounts {
  return (namespace, name) => ({
    annotations: async () => (await found(accounts.read(namespace, name), name)).annotations,
    token: (audience) => found(accounts.token(namespace, name, audience), name),
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
