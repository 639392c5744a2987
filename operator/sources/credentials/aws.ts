/** Credentials for Amazon: of a Secret, of a ServiceAccount's role, or the operator's own. */
import type { Clock } from '../../observe/clock.ts';
import type { Identity, SecretData } from '../source.ts';
import { SourceError } from '../source-error.ts';
import type { AwsCredentials } from './aws-credentials.ts';
import { createWebIdentities } from './aws-web-identity.ts';

type Client = typeof import('../clients/sqs.ts');

export interface AwsAccess {
  readonly sdk: Client;
  readonly identity: Identity;
  /** Of the queue: a role is assumed there. */
  readonly region: string;
  readonly clock: Clock;
}

/** @throws SourceError where the Secret lacks a key, an annotation is missing, or no identity may be used. */
export type AwsIdentities = (access: AwsAccess) => AwsCredentials;

/** One for all objects: what was exchanged or found is kept for all that share it. */
export function createAwsIdentities(): AwsIdentities {
  const webIdentities = createWebIdentities();
  let own: AwsCredentials | undefined;
  return ({ sdk, identity, region, clock }) => {
    switch (identity.kind) {
      case 'secret':
        return ofSecret(identity.data);
      case 'service-account':
        return webIdentities({ sdk, account: identity.account, region, clock });
      case 'operator':
        // It keeps what it found, and looks again before that ends.
        own ??= fixed(sdk.defaultProvider());
        return own;
      case 'none':
        throw new SourceError('ServiceAccountNotAllowed', 'SQS needs an identity: set secretRef or serviceAccountName');
    }
  };
}

function fixed(get: AwsCredentials['get']): AwsCredentials {
  return { get, forget: () => undefined };
}

function ofSecret(data: SecretData): AwsCredentials {
  const sessionToken = text(data, 'aws_session_token');
  const credentials = {
    accessKeyId: required(data, 'aws_access_key_id'),
    secretAccessKey: required(data, 'aws_secret_access_key'),
    ...(sessionToken !== '' && { sessionToken }),
  };
  return fixed(() => Promise.resolve(credentials));
}

function required(data: SecretData, key: string): string {
  const value = text(data, key);
  if (value === '') throw new SourceError('SecretNotFound', `the Secret of secretRef lacks the key ${key}`);
  return value;
}

/** Without the white space that files end with. */
function text(data: SecretData, key: string): string {
  return data[key]?.toString('utf8').trim() ?? '';
}
