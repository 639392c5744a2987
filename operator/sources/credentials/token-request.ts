/** A ServiceAccount that a BrokerReceiver may borrow the identity of, with tokens by TokenRequest. */
import { isForbidden, isNotFound } from '../../kube/api-error.ts';
import type { ServiceAccounts } from '../../kube/service-accounts.ts';
import type { ServiceAccount } from '../source.ts';
import { SourceError } from '../source-error.ts';

/**
 * Reads the ServiceAccount as it is now.
 * @param namedBy what names it, for messages: `spec.serviceAccountName`.
 * @throws SourceError ServiceAccountNotAllowed; ApiError, ConnectionError where the API server does not answer.
 */
export async function readServiceAccount(
  accounts: ServiceAccounts,
  { namespace, name, namedBy }: { readonly namespace: string; readonly name: string; readonly namedBy: string },
): Promise<ServiceAccount> {
  const explained = <T>(right: string, request: Promise<T>): Promise<T> =>
    request.catch((error: unknown) => {
      throw explain(error, { key: `${namespace}/${name}`, namedBy, right });
    });
  const { uid, annotations } = await explained('get serviceaccounts', accounts.read(namespace, name));
  return {
    namespace,
    name,
    uid,
    annotations,
    token: (audience) => explained('create serviceaccounts/token', accounts.token(namespace, name, audience)),
  };
}

interface Asked {
  readonly key: string;
  readonly namedBy: string;
  readonly right: string;
}

function explain(error: unknown, { key, namedBy, right }: Asked): unknown {
  if (isNotFound(error)) {
    const message = `ServiceAccount ${key} of ${namedBy} not found: create it`;
    return new SourceError('ServiceAccountNotAllowed', message, { cause: error });
  }
  if (isForbidden(error)) {
    const message = `the operator lacks the right to ${right} on ServiceAccount ${key}: add ${key} to the value sources.serviceAccounts`;
    return new SourceError('ServiceAccountNotAllowed', message, { cause: error });
  }
  return error;
}
