/** Makes the client's options from the block, the identity and the certificates. */
import { guardedLookup } from '../../../verify/guarded-lookup.ts';
import type { Identity, SecretData, SourceSettings } from '../../source.ts';
import { SourceError } from '../../source-error.ts';
import type { KafkaBlock } from './block.ts';
import type { ConnectionContext } from './guard-connections.ts';

type Client = typeof import('../../clients/kafka.ts');
export type ClientOptions = Pick<
  ConstructorParameters<Client['Producer']>[0],
  'clientId' | 'bootstrapBrokers' | 'connectTimeout' | 'retries' | 'retryDelay' | 'timeout' | 'tls' | 'sasl'
> & { readonly context: ConnectionContext };

const MECHANISMS = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
  oauthbearer: 'OAUTHBEARER',
} as const;

const CONNECT_TIMEOUT_MS = 4_000;
const RETRIES = 2;
const RETRY_DELAY_MS = 250;

/** @throws SourceError where the Secret lacks a key, or no identity may be used. */
export function clientOptions({ block, identity, certificates, consumer }: SourceSettings<KafkaBlock>): ClientOptions {
  const { tls = false, sasl } = block;
  return {
    clientId: consumer,
    bootstrapBrokers: [...block.bootstrapServers],
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Of what the protocol has tried again: leaders that move, members that are late.
    retries: RETRIES,
    retryDelay: RETRY_DELAY_MS,
    context: { tls },
    ...(tls && { tls: tlsOptions(certificates) }),
    ...(sasl !== undefined && { sasl: saslOptions(sasl, identity) }),
  };
}

function tlsOptions(certificates: SecretData | undefined): NonNullable<ClientOptions['tls']> {
  const { 'ca.crt': ca, 'tls.crt': cert, 'tls.key': key } = certificates ?? {};
  return { lookup: guardedLookup(), ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

function saslOptions(sasl: NonNullable<KafkaBlock['sasl']>, identity: Identity): NonNullable<ClientOptions['sasl']> {
  const mechanism = MECHANISMS[sasl.mechanism];
  if (mechanism === 'OAUTHBEARER') {
    if (identity.kind !== 'service-account') {
      const message = 'kafka with oauthbearer sends the token of a ServiceAccount: set spec.serviceAccountName';
      throw new SourceError('ServiceAccountNotAllowed', message);
    }
    return { mechanism, token: () => identity.account.token(sasl.audience ?? '') };
  }
  if (identity.kind !== 'secret') {
    const message = `kafka with ${sasl.mechanism} needs the keys username and password of a Secret: set spec.secretRef`;
    throw new SourceError('SecretNotFound', message);
  }
  return { mechanism, username: text(identity.data, 'username'), password: text(identity.data, 'password') };
}

/** Without the white space that files end with. */
function text(data: SecretData, key: string): string {
  const value = data[key]?.toString('utf8').trimEnd() ?? '';
  if (value === '') throw new SourceError('SecretNotFound', `the Secret of secretRef lacks the key ${key}`);
  return value;
}
