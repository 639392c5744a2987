/** What a connection is made from beside the spec: who the operator is to the broker, and certificates. */
import { isDeepStrictEqual } from 'node:util';
import type { BrokerReceiver } from '../api/broker-receiver/broker-receiver.ts';
import { isForbidden } from '../kube/api-error.ts';
import { pathSegmentFault } from '../kube/path-segment.ts';
import type { ServiceAccounts } from '../kube/service-accounts.ts';
import type { MessageNotifying } from '../receivers/notifying.ts';
import type { CompiledSource } from './compile.ts';
import { readServiceAccount } from './credentials/token-request.ts';
import type { Identity, SecretData } from './source.ts';
import { SourceError } from './source-error.ts';

export interface Inputs {
  readonly identity: Identity;
  readonly certificates: SecretData | undefined;
}

export interface InputsOptions {
  /** Undefined: there is no such Secret. */
  readonly secret: (namespace: string, name: string) => Promise<SecretData | undefined>;
  readonly serviceAccounts: ServiceAccounts;
  readonly receiverState: MessageNotifying['receiverState'];
  /** Of `--default-service-account`; empty: none. */
  readonly defaultServiceAccount: string;
  /** Objects of this namespace may use the operator's own identity. */
  readonly ownNamespace: string;
  /** With `--shared-broker-identity`: those of every namespace. */
  readonly sharedIdentity: boolean;
}

/** Not every Receiver is known yet, so whether there is the one that is named is not either. */
export class ReceiversLoadingError extends Error {
  constructor() {
    super('not every Receiver is reconciled yet');
    this.name = 'ReceiversLoadingError';
  }
}

/**
 * Reads them as they are now.
 * @throws SourceError where one is missing or may not be used; ReceiversLoadingError; ApiError, ConnectionError where the
 * API server does not answer.
 */
export async function readInputs(
  options: InputsOptions,
  object: BrokerReceiver,
  compiled: CompiledSource,
): Promise<Inputs> {
  checkReceiver(options, compiled);
  const [identity, certificates] = await Promise.all([
    identityOf(options, object, compiled),
    secretOf(options, object, 'certSecretRef'),
  ]);
  const missing = certificates && missingKey(certificates);
  if (missing !== undefined) {
    const name = `${object.metadata.namespace}/${object.spec.certSecretRef?.name}`;
    throw new SourceError('SecretNotFound', `Secret ${name} of spec.certSecretRef lacks the key ${missing}`);
  }
  return { identity, certificates };
}

/** A certificate is nothing without its key, nor a key without its certificate. */
function missingKey(certificates: SecretData): string | undefined {
  const [hasAuthority, hasCertificate, hasKey] = ['ca.crt', 'tls.crt', 'tls.key'].map((key) => key in certificates);
  if (hasCertificate !== hasKey) return hasKey ? 'tls.crt' : 'tls.key';
  return hasAuthority || hasKey ? undefined : 'ca.crt, or tls.crt with tls.key';
}

function checkReceiver({ receiverState }: InputsOptions, { handling }: CompiledSource): void {
  if (handling.kind !== 'receiver') return;
  const { receiver } = handling;
  const state = receiverState(receiver);
  if (state === 'loading') throw new ReceiversLoadingError();
  if (state === 'missing') throw new SourceError('ReceiverNotFound', `Receiver ${receiver} not found: create it`);
  if (state === 'not-ready') {
    throw new SourceError(
      'ReceiverNotReady',
      `Receiver ${receiver} is suspended or not ready: see its condition Ready`,
    );
  }
}

/** The first that applies, in the order of the contract. */
async function identityOf(
  options: InputsOptions,
  object: BrokerReceiver,
  { type, block }: CompiledSource,
): Promise<Identity> {
  const { spec, metadata } = object;
  const data = await secretOf(options, object, 'secretRef');
  if (data !== undefined) return { kind: 'secret', data };
  const need = type.identity(block);
  const named = spec.serviceAccountName || undefined;
  if (need === 'secret-only' || (need === 'optional' && named === undefined)) return { kind: 'none' };
  const { defaultServiceAccount, ownNamespace, sharedIdentity, serviceAccounts } = options;
  const name = named ?? defaultServiceAccount;
  if (name !== '') {
    const namedBy = named === undefined ? '--default-service-account' : 'spec.serviceAccountName';
    const fault = pathSegmentFault(name);
    if (fault !== undefined)
      throw new SourceError('ServiceAccountNotAllowed', `${namedBy} ${JSON.stringify(name)} ${fault}`);
    const account = await readServiceAccount(serviceAccounts, { namespace: metadata.namespace, name, namedBy });
    return { kind: 'service-account', account };
  }
  if (sharedIdentity || metadata.namespace === ownNamespace) return { kind: 'operator' };
  const message =
    "no identity may be used: set spec.secretRef or spec.serviceAccountName; the operator's own is for its own namespace, unless --shared-broker-identity";
  throw new SourceError('ServiceAccountNotAllowed', message);
}

async function secretOf(
  { secret }: InputsOptions,
  { spec, metadata: { namespace } }: BrokerReceiver,
  field: 'secretRef' | 'certSecretRef',
): Promise<SecretData | undefined> {
  const name = spec[field]?.name;
  if (name === undefined) return undefined;
  const key = `${namespace}/${name}`;
  const fault = pathSegmentFault(name);
  if (fault !== undefined)
    throw new SourceError('SecretNotFound', `spec.${field}.name ${JSON.stringify(name)} ${fault}`);
  try {
    const data = await secret(namespace, name);
    if (data !== undefined) return data;
  } catch (error) {
    if (!isForbidden(error)) throw error;
    throw new SourceError('SecretNotFound', `Secret ${key} may not be read by the operator`, { cause: error });
  }
  throw new SourceError('SecretNotFound', `Secret ${key} of spec.${field} not found: create it`);
}

/** Whether a connection made from the one would be the same made from the other. */
export function areSameInputs(one: Inputs, other: Inputs): boolean {
  return isDeepStrictEqual(comparable(one), comparable(other));
}

function comparable({ identity, certificates }: Inputs): unknown {
  const certs = certificates === undefined ? undefined : { ...certificates };
  if (identity.kind === 'secret') return [identity.kind, { ...identity.data }, certs];
  if (identity.kind !== 'service-account') return [identity.kind, certs];
  const { namespace, name, uid, annotations } = identity.account;
  return [identity.kind, namespace, name, uid, annotations, certs];
}
