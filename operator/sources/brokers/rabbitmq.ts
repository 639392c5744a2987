/** Reads an existing queue of RabbitMQ by AMQP 0-9-1. */
import { isIP } from 'node:net';
import type { ChannelModel } from 'amqplib';
import { checkWrittenAddress } from '../../verify/guarded-lookup.ts';
import { isRefusedAddress } from '../../verify/is-refused-address.ts';
import type { Source, SourceSettings, SourceType } from '../source.ts';
import { DEFAULT_VHOST, type RabbitMqBlock } from './rabbitmq/block.ts';
import { connectOptions } from './rabbitmq/connect-options.ts';
import { startConsumer } from './rabbitmq/consumer.ts';
import { faultOf } from './rabbitmq/fault.ts';

/** The server closes a channel that holds a message for 30 min. */
const MAX_HOLD_MS = 25 * 60_000;
export const rabbitmq: SourceType<RabbitMqBlock> = {
  name: 'rabbitmq',
  schema: {
    type: 'object',
    description: 'A queue of RabbitMQ.',
    required: ['url', 'queue'],
    properties: {
      url: {
        type: 'string',
        description: 'The server: amqp://host:port or amqps://host:port; the default ports are 5672 and 5671.',
        maxLength: 512,
        pattern: '^amqps?://[^\\s/?#@]+/?$',
      },
      queue: { type: 'string', description: 'The name of the queue; it must exist.', minLength: 1, maxLength: 255 },
      vhost: {
        type: 'string',
        description: 'The virtual host that the queue is in.',
        minLength: 1,
        maxLength: 255,
        default: DEFAULT_VHOST,
      },
    },
  },
  identity: () => 'secret-only',
  title: ({ queue, vhost = DEFAULT_VHOST }) => (vhost === DEFAULT_VHOST ? queue : `${queue} (${vhost})`),
  check,
  open,
};

function check({ url }: RabbitMqBlock): string | undefined {
  const parsed = URL.parse(url);
  const isPlain = parsed !== null && /^\/?$/.test(parsed.pathname) && parsed.search === '' && parsed.hash === '';
  if (!isPlain || !/^amqps?:$/.test(parsed.protocol) || parsed.hostname === '') {
    return 'spec.rabbitmq.url: it must be amqp://host:port or amqps://host:port; the virtual host is spec.rabbitmq.vhost';
  }
  if (parsed.username !== '' || parsed.password !== '') {
    return 'spec.rabbitmq.url: credentials belong in the Secret of spec.secretRef, not in a URL';
  }
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) === 0 || !isRefusedAddress(host)) return undefined;
  return `spec.rabbitmq.url: ${host} is a link-local address, which is refused`;
}

async function open(settings: SourceSettings<RabbitMqBlock>): Promise<Source> {
  const { block, clock } = settings;
  const client = await import('../clients/rabbitmq.ts');
  const connection = await connect(client, settings);
  try {
    const consumer = await startConsumer(connection, block, clock);
    return {
      extendEveryMs: undefined,
      maxHoldMs: MAX_HOLD_MS,
      delays: 'held',
      volatile: true,
      receive: consumer.receive,
      async inspect() {
        await consumer.readLag();
        return [];
      },
      lag: () => consumer.lag,
      close: () => end(connection),
    };
  } catch (error) {
    await end(connection);
    throw faultOf(error, 'reading', block);
  }
}

async function connect(
  client: typeof import('../clients/rabbitmq.ts'),
  settings: SourceSettings<RabbitMqBlock>,
): Promise<ChannelModel> {
  const [address, socket] = connectOptions(settings, client);
  try {
    checkWrittenAddress(new URL(settings.block.url));
    return await client.connect(address, socket);
  } catch (error) {
    throw faultOf(error, 'connecting', settings.block);
  }
}

async function end(connection: ChannelModel): Promise<void> {
  try {
    await connection.close();
  } catch {
    // It has ended already.
  }
}
