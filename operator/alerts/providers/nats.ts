/** Publishes the event itself on a subject of NATS, by one connection that is kept. */
import { isIP } from 'node:net';
import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node';
import { DeliveryError } from '../delivery-error.ts';
import { eventJson } from '../encode/event-json.ts';
import type { ProviderSettings, ProviderType } from '../provider-type.ts';
import { checkHost } from '../send/check-host.ts';
import { decodeUserinfo } from '../send/decode-userinfo.ts';
import { isCertificateFault } from '../send/http-caller.ts';
import { within } from '../send/within.ts';
import { fitEvent } from '../text/fit-event.ts';

type Client = typeof import('../clients/nats.ts');

interface State {
  readonly client: Client;
  readonly hosts: readonly string[];
  readonly options: ConnectionOptions;
  connected: Promise<Connection> | undefined;
}

interface Connection {
  readonly nats: NatsConnection;
  /** How often the server has refused a message. */
  refusals: number;
}

/** As the original calls itself; it shows in the server's list of connections. */
const NAME = 'NATS Provider Publisher';
const NO_LIMIT = Number.POSITIVE_INFINITY;

export const nats: ProviderType = {
  name: 'nats',
  description: 'NATS, without JetStream',
  settings: {
    address: 'URL of the server, or a list of them',
    channel: 'the subject',
    secret: '`creds`, `nkey`, or `username` and `password`',
  },
  async prepare(settings) {
    const { address, channel, allowLinkLocal } = settings;
    if (address === '') throw new DeliveryError('final', 'NATS server address cannot be empty');
    if (!/^[^\s]+$/.test(channel))
      throw new DeliveryError('final', 'NATS subject (channel) cannot be empty or have blanks');
    const servers = address.split(',').map((server) => serverUrl(server.trim()));
    const client = await import('../clients/nats.ts');
    const options: ConnectionOptions = {
      servers: servers.map(({ host }) => host),
      name: NAME,
      // The queue knows better when to try again, and what to send then.
      reconnect: false,
      ...tlsOptions(settings, servers),
      ...credentials(settings, servers, client),
    };
    const hosts = allowLinkLocal ? [] : servers.map(hostOf);
    const state: State = { client, hosts, options, connected: undefined };
    return {
      async send({ event }, signal) {
        const connection = await connectionOf(state, signal);
        const limit = connection.nats.info?.max_payload ?? NO_LIMIT;
        const cut = fitEvent(event, (each) => Buffer.byteLength(eventJson(each)) <= limit);
        await publish(state, connection, { subject: channel, payload: eventJson(cut), signal });
      },
      async close() {
        await (await state.connected?.catch(() => undefined))?.nats.close();
      },
    };
  },
};

function serverUrl(text: string): URL {
  const url = URL.parse(/^\w+:\/\//.test(text) ? text : `nats://${text}`);
  if (url !== null && url.hostname !== '' && /^(nats|tls):$/.test(url.protocol)) return url;
  throw new DeliveryError('final', 'invalid NATS server address: each must be nats://host:port or tls://host:port');
}

function tlsOptions({ tls }: ProviderSettings, servers: readonly URL[]): Pick<ConnectionOptions, 'tls'> {
  if (tls === undefined && !servers.some(({ protocol }) => protocol === 'tls:')) return {};
  // Of an address that is no name the client does not say what the certificate is to be for.
  const [host = ''] = servers.length === 1 ? servers.map(hostOf) : [];
  const entries = Object.entries({ ca: tls?.ca, cert: tls?.cert, key: tls?.key, host: isIP(host) ? host : undefined });
  return { tls: Object.fromEntries(entries.filter(([, value]) => value !== undefined)) };
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** The first that there is: a JWT with its key, a key, a user with a password, of the Secret or of the address. */
function credentials(settings: ProviderSettings, [first]: readonly URL[], client: Client): ConnectionOptions {
  const { secret, username, password } = settings;
  if (secret.creds !== undefined) return signed('creds', client.credsAuthenticator(secret.creds));
  if (secret.nkey !== undefined) {
    return signed('nkey', client.nkeyAuthenticator(Buffer.from(secret.nkey.toString('utf8').trim())));
  }
  if (username !== '' && password !== '') return { user: username, pass: password };
  if (first === undefined || first.username === '') return {};
  const user = decodeUserinfo(first.username);
  return first.password === '' ? { token: user } : { user, pass: decodeUserinfo(first.password) };
}

function signed(key: string, authenticator: (nonce: string) => unknown): ConnectionOptions {
  try {
    authenticator('nonce');
  } catch {
    throw new DeliveryError('final', `the Secret's key '${key}' has no NATS credentials`);
  }
  return { authenticator: authenticator as NonNullable<ConnectionOptions['authenticator']> };
}

async function connectionOf(state: State, signal: AbortSignal): Promise<Connection> {
  state.connected ??= connect(state);
  const { connected } = state;
  try {
    const connection = await within(signal, connected);
    if (!connection.nats.isClosed()) return connection;
  } catch (error) {
    // One that takes too long is not waited for again.
    forget(state, connected);
    throw signal.aborted ? error : deliveryError(error, state.client);
  }
  forget(state, connected);
  return connectionOf(state, signal);
}

async function connect({ client, hosts, options }: State): Promise<Connection> {
  await Promise.all(hosts.map(checkHost));
  const connection: Connection = { nats: await client.connect(options), refusals: 0 };
  void listen(connection, client);
  return connection;
}

async function listen(connection: Connection, { PermissionViolationError }: Client): Promise<void> {
  for await (const status of connection.nats.status()) {
    if (status.type === 'error' && status.error instanceof PermissionViolationError) connection.refusals++;
  }
}

function forget(state: State, connected: Promise<Connection>): void {
  if (state.connected === connected) state.connected = undefined;
  connected.then(({ nats: connection }) => connection.close()).catch(() => {});
}

interface Publication {
  readonly subject: string;
  readonly payload: string;
  readonly signal: AbortSignal;
}

/** Done when the server has answered what was sent after the message. */
async function publish(state: State, connection: Connection, { subject, payload, signal }: Publication): Promise<void> {
  const before = connection.refusals;
  try {
    connection.nats.publish(subject, payload);
    await within(signal, Promise.race([connection.nats.flush(), ended(connection.nats)]));
  } catch (error) {
    forget(state, Promise.resolve(connection));
    state.connected = undefined;
    throw signal.aborted ? error : deliveryError(error, state.client);
  }
  // A refusal comes before the answer, and is heard a turn later.
  await new Promise((resolve) => setImmediate(resolve));
  if (connection.refusals === before) return;
  throw new DeliveryError('final', 'NATS refused the message: the user may not publish on this subject');
}

async function ended(connection: NatsConnection): Promise<never> {
  throw (await connection.closed()) ?? new Error('closed');
}

/** The client's messages name hosts, which may be secret. */
function deliveryError(error: unknown, client: Client): DeliveryError {
  if (error instanceof DeliveryError) return error;
  if (error instanceof client.AuthorizationError || error instanceof client.UserAuthenticationExpiredError) {
    return new DeliveryError('final', 'NATS refused the credentials', { cause: error });
  }
  const code = codeOf(error);
  if (isCertificateFault(code)) return new DeliveryError('final', `NATS connection: certificate refused: ${code}`);
  return new DeliveryError('passing', `NATS connection failed: ${code || 'no answer'}`, { cause: error });
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return (error as NodeJS.ErrnoException).code ?? codeOf(error.cause);
}
