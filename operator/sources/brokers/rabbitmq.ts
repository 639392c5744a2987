/** Reads an existing queue of RabbitMQ by AMQP 0-9-1. */
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { Clock } from '../../observe/clock.ts';
import { checkWrittenAddress } from '../../verify/guarded-lookup.ts';
import { isRefusedAddress } from '../../verify/is-refused-address.ts';
import type { Message, Source, SourceSettings, SourceType } from '../source.ts';
import { SourceError } from '../source-error.ts';
import { DEFAULT_VHOST, type RabbitMqBlock } from './rabbitmq/block.ts';
import { connectOptions } from './rabbitmq/connect-options.ts';
import { faultOf, missing } from './rabbitmq/fault.ts';
import { type Answers, toMessage } from './rabbitmq/message.ts';

/** At most so many are unacknowledged, those included that wait here. */
const PREFETCH = 10;
const WAIT_MS = 20_000;
/** The server closes a channel that holds a message for 30 min. */
const MAX_HOLD_MS = 25 * 60_000;
/** How often the length of the queue is asked for. */
const LAG_EVERY_MS = 10_000;

interface State {
  readonly block: RabbitMqBlock;
  readonly clock: Clock;
  readonly connection: ChannelModel;
  readonly channel: Channel;
  readonly name: string;
  /** What the server has given and nobody has received. */
  readonly waiting: ConsumeMessage[];
  consumerTag: string | undefined;
  lag: number;
  lagAtMs: number;
  /** Why nothing comes any more. */
  fault: SourceError | undefined;
  /** Settles when the server has taken the answers of this turn. */
  taking: Promise<void> | undefined;
  /** Settled when something came, or nothing will any more. */
  news: PromiseWithResolvers<void>;
  /** Of the reader; once it is aborted nothing more is taken. */
  signal: AbortSignal | undefined;
}

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
    const channel = await connection.createChannel();
    const state: State = {
      block,
      clock,
      connection,
      channel,
      name: randomBytes(4).toString('hex'),
      waiting: [],
      consumerTag: undefined,
      lag: 0,
      lagAtMs: clock.elapsedMs(),
      fault: undefined,
      taking: undefined,
      news: Promise.withResolvers(),
      signal: undefined,
    };
    follow(state);
    await consume(state);
    return sourceOf(state);
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

/** With the channel all ends: what was given on it can be acknowledged nowhere else. */
function follow(state: State): void {
  const { channel, connection, block } = state;
  for (const emitter of [channel, connection]) {
    emitter.on('error', (error: Error) => stop(state, faultOf(error, 'reading', block)));
    emitter.on('close', () => stop(state, new SourceError('Unreachable', 'the connection to RabbitMQ is lost')));
  }
}

function stop(state: State, fault: SourceError): void {
  state.fault ??= fault;
  state.waiting.length = 0;
  state.news.resolve();
}

async function consume(state: State): Promise<void> {
  const { channel, block } = state;
  const { messageCount } = await channel.checkQueue(block.queue);
  state.lag = messageCount;
  await channel.prefetch(PREFETCH);
  const { consumerTag } = await channel.consume(block.queue, (delivery) => {
    // The server ends a consumer whose queue is deleted.
    if (delivery === null)
      stop(state, new SourceError('SourceNotFound', missing(block.queue, block.vhost ?? DEFAULT_VHOST)));
    else if (state.signal?.aborted === true) channel.nack(delivery, false, true);
    else state.waiting.push(delivery);
    state.news.resolve();
  });
  state.consumerTag = consumerTag;
}

function sourceOf(state: State): Source {
  const { connection, channel, block } = state;
  return {
    extendEveryMs: undefined,
    maxHoldMs: MAX_HOLD_MS,
    delays: 'held',
    receive: (max, signal) => receive(state, max, signal),
    async inspect() {
      state.lag = (await channel.checkQueue(block.queue)).messageCount;
      return [];
    },
    lag: () => state.lag,
    close: () => end(connection),
  };
}

async function receive(state: State, max: number, signal: AbortSignal): Promise<readonly Message[]> {
  heed(state, signal);
  refreshLag(state);
  if (state.waiting.length === 0 && state.fault === undefined && !signal.aborted) {
    state.news = Promise.withResolvers();
    const timer = state.clock.setTimeout(state.news.resolve, WAIT_MS);
    await state.news.promise;
    timer.cancel();
  }
  if (state.fault !== undefined) throw state.fault;
  return state.waiting.splice(0, max).map((delivery) => toMessage(delivery, state.name, answersOf(state)));
}

/** Once the reader ends, what waits here goes back to the queue, and nothing more is taken from it. */
function heed(state: State, signal: AbortSignal): void {
  if (state.signal === signal) return;
  state.signal = signal;
  const cancel = (): void => {
    const { channel, consumerTag, waiting, fault } = state;
    state.news.resolve();
    if (fault !== undefined) return;
    for (const delivery of waiting.splice(0)) channel.nack(delivery, false, true);
    // Where the channel has ended meanwhile, so has the consumer.
    if (consumerTag !== undefined) channel.cancel(consumerTag).catch(() => {});
  };
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
}

function refreshLag(state: State): void {
  const nowMs = state.clock.elapsedMs();
  if (nowMs - state.lagAtMs < LAG_EVERY_MS || state.fault !== undefined) return;
  state.lagAtMs = nowMs;
  state.channel.checkQueue(state.block.queue).then(
    ({ messageCount }) => {
      state.lag = messageCount;
    },
    // The channel ends with it, and says so itself.
    () => {},
  );
}

function answersOf(state: State): Answers {
  const { channel, block } = state;
  const answer = async (send: () => void): Promise<void> => {
    try {
      send();
      await taken(state);
    } catch (error) {
      throw faultOf(error, 'reading', block);
    }
  };
  return {
    ack: (delivery) => answer(() => channel.ack(delivery)),
    nack: (delivery, requeue) => answer(() => channel.nack(delivery, false, requeue)),
  };
}

/** The server says nothing to an answer, but takes all of a channel in its order: what is asked after it shows that it is there. */
async function taken(state: State): Promise<void> {
  state.taking ??= Promise.resolve().then(async () => {
    state.taking = undefined;
    // Changes nothing for a consumer that there is.
    await state.channel.prefetch(PREFETCH);
  });
  await state.taking;
}

async function end(connection: ChannelModel): Promise<void> {
  try {
    await connection.close();
  } catch {
    // It has ended already.
  }
}
