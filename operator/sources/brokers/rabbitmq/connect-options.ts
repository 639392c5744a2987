/** How a connection to RabbitMQ is made: address, virtual host, credentials, certificates. */
import type { Options, SocketOptions } from 'amqplib';
import { defined } from '../../../api/defined.ts';
import { guardedLookup } from '../../../verify/guarded-lookup.ts';
import type { SourceSettings } from '../../source.ts';
import { SourceError } from '../../source-error.ts';
import { DEFAULT_VHOST, type RabbitMqBlock } from './block.ts';

type Client = typeof import('../../clients/rabbitmq.ts');
type Settings = Pick<SourceSettings<RabbitMqBlock>, 'block' | 'identity' | 'certificates' | 'consumer'>;

const CONNECT_TIMEOUT_MS = 10_000;
/** A server that says nothing for two of these is gone. */
const HEARTBEAT_SECONDS = 10;

/** @throws SourceError SecretNotFound where a key of the Secret is missing */
export function connectOptions(
  settings: Settings,
  { credentials }: Pick<Client, 'credentials'>,
): [address: Options.Connect, socket: SocketOptions] {
  const { block, certificates, consumer } = settings;
  const url = new URL(block.url);
  const address = {
    protocol: url.protocol.slice(0, -1),
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    // The client decodes it, as if it stood in a URL.
    vhost: encodeURIComponent(block.vhost ?? DEFAULT_VHOST),
    heartbeat: HEARTBEAT_SECONDS,
  };
  const files = { ca: certificates?.['ca.crt'], cert: certificates?.['tls.crt'], key: certificates?.['tls.key'] };
  const socket = {
    ...defined(files),
    credentials: credentialsOf(settings, credentials),
    clientProperties: { connection_name: consumer },
    lookup: guardedLookup(),
    noDelay: true,
    timeout: CONNECT_TIMEOUT_MS,
  };
  return [address, socket];
}

/** The Secret's; else the client certificate, by the mechanism EXTERNAL; else those that a new server has. */
function credentialsOf({ identity, certificates }: Settings, { plain, external }: Client['credentials']) {
  if (identity.kind === 'secret') {
    const [username, password] = ['username', 'password'].map((key) => {
      const value = identity.data[key];
      if (value === undefined) throw new SourceError('SecretNotFound', `the Secret has no key '${key}'`);
      return value.toString('utf8');
    });
    return plain(username ?? '', password ?? '');
  }
  return certificates?.['tls.crt'] === undefined ? plain('guest', 'guest') : external();
}
