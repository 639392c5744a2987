/** How a connection to NATS is made: addresses, credentials, certificates. */
import type { ConnectionOptions } from '@nats-io/transport-node';
import type { Identity, SecretData, SourceSettings } from '../../source.ts';
import { SourceError } from '../../source-error.ts';
import type { NatsBlock } from './block.ts';

type Client = typeof import('../../clients/nats-jetstream.ts');
type Authenticators = Pick<Client, 'credsAuthenticator' | 'nkeyAuthenticator'>;

const CONNECT_TIMEOUT_MS = 10_000;
/** A connection that says nothing is given up after three of these. */
const PING_INTERVAL_MS = 8_000;
const RECONNECT_WAIT_MS = 2_000;

/** @throws SourceError SecretNotFound where the Secret has no credentials, AuthenticationFailed where they cannot be read */
export function connectOptions(
  {
    block,
    identity,
    certificates,
    consumer,
  }: Pick<SourceSettings<NatsBlock>, 'block' | 'identity' | 'certificates' | 'consumer'>,
  client: Authenticators,
): ConnectionOptions {
  const servers = block.servers.map((server) => new URL(server));
  return {
    servers: servers.map(({ host }) => host),
    name: consumer,
    timeout: CONNECT_TIMEOUT_MS,
    // A stack for each acknowledgement that may yet fail costs more than the acknowledgement.
    noAsyncTraces: true,
    pingInterval: PING_INTERVAL_MS,
    // A server that is restarted is found again at once; what is held can then still be acknowledged.
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    ...tlsOptions(servers, certificates),
    ...credentials(identity, client),
  };
}

function tlsOptions(servers: readonly URL[], certificates: SecretData | undefined): Pick<ConnectionOptions, 'tls'> {
  if (certificates === undefined && !servers.some(({ protocol }) => protocol === 'tls:')) return {};
  const files = { ca: certificates?.['ca.crt'], cert: certificates?.['tls.crt'], key: certificates?.['tls.key'] };
  const entries = Object.entries(files).map(([key, value]) => [key, value?.toString('utf8')]);
  return { tls: Object.fromEntries(entries.filter(([, value]) => value !== undefined)) };
}

/** The first that there is. */
function credentials(identity: Identity, client: Authenticators): ConnectionOptions {
  if (identity.kind !== 'secret') return {};
  const { creds, nkey, username, password, token } = identity.data;
  if (creds !== undefined) return signed('creds', client.credsAuthenticator(creds));
  if (nkey !== undefined) return signed('nkey', client.nkeyAuthenticator(Buffer.from(nkey.toString('utf8').trim())));
  if (username !== undefined) {
    if (password === undefined) throw new SourceError('SecretNotFound', "the Secret has no key 'password'");
    return { user: username.toString('utf8'), pass: password.toString('utf8') };
  }
  if (token !== undefined) return { token: token.toString('utf8') };
  throw new SourceError('SecretNotFound', "the Secret has none of the keys 'creds', 'nkey', 'username' and 'token'");
}

/** What cannot sign now never will: the client would only say so while it connects. */
function signed(key: string, authenticator: (nonce?: string) => unknown): ConnectionOptions {
  try {
    authenticator('nonce');
  } catch {
    throw new SourceError('AuthenticationFailed', `the Secret's key '${key}' has no NATS credentials`);
  }
  return { authenticator: authenticator as NonNullable<ConnectionOptions['authenticator']> };
}
