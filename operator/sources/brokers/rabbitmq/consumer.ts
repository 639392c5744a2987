/**
 * One consumer of a queue, on a channel of its own. The server gives what it has, up to the prefetch; here it waits until it
 * is received. With the channel all ends: what was given on it can be acknowledged nowhere else.
 */
import { randomBytes } from 'node:crypto';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { Clock } from '../../../observe/clock.ts';
import type { Message } from '../../source.ts';
import { SourceError } from '../../source-error.ts';
import { DEFAULT_VHOST, type RabbitMqBlock } from './block.ts';
import { faultOf, missing } from './fault.ts';
import { type Answers, toMessage } from './message.ts';

export interface Consumer {
  /** As a source's. */
  receive(max: number, signal: AbortSignal): Promise<readonly Message[]>;
  /** Asks for the length of the queue. @throws SourceError */
  readLag(): Promise<void>;
  /** As it was when it was last asked for. */
  readonly lag: number;
}

/** At most so many are unacknowledged, those included that wait here. */
const PREFETCH = 10;
const WAIT_MS = 20_000;
/** How often the length of the queue is asked for. */
const LAG_EVERY_MS = 10_000;

interface State {
  readonly block: RabbitMqBlock;
  readonly clock: Clock;
  readonly channel: Channel;
  /** Tells its deliveries from another's. */
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

/** @throws SourceError where the queue cannot be read. */
export async function startConsumer(connection: ChannelModel, block: RabbitMqBlock, clock: Clock): Promise<Consumer> {
  const state: State = {
    block,
    clock,
    channel: await connection.createChannel(),
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
  for (const emitter of [state.channel, connection]) {
    emitter.on('error', (error: Error) => stop(state, faultOf(error, 'reading', block)));
    emitter.on('close', () => stop(state, new SourceError('Unreachable', 'the connection to RabbitMQ is lost')));
  }
  await consume(state);
  return {
    receive: (max, signal) => receive(state, max, signal),
    readLag: () => readLag(state),
    get lag() {
      return state.lag;
    },
  };
}

async function consume(state: State): Promise<void> {
  const { channel, block } = state;
  await readLag(state);
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

function stop(state: State, fault: SourceError): void {
  state.fault ??= fault;
  state.waiting.length = 0;
  state.news.resolve();
}

async function receive(state: State, max: number, signal: AbortSignal): Promise<readonly Message[]> {
  heed(state, signal);
  if (state.fault === undefined && state.clock.elapsedMs() - state.lagAtMs >= LAG_EVERY_MS) {
    // The channel ends with what is wrong, and says so itself.
    readLag(state).catch(() => {});
  }
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

async function readLag(state: State): Promise<void> {
  const { channel, block, clock } = state;
  state.lagAtMs = clock.elapsedMs();
  try {
    state.lag = (await channel.checkQueue(block.queue)).messageCount;
  } catch (error) {
    throw faultOf(error, 'reading', block);
  }
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
    async nack(delivery, requeue) {
      // The server has taken back all that was given on a channel that has ended.
      if (state.fault === undefined || !requeue) await answer(() => channel.nack(delivery, false, requeue));
    },
  };
}

/** The server is silent to an answer, but keeps a channel's order: its reply to what is asked next shows that it was taken. */
async function taken(state: State): Promise<void> {
  state.taking ??= Promise.resolve().then(async () => {
    state.taking = undefined;
    // Changes nothing for a consumer that there is.
    await state.channel.prefetch(PREFETCH);
  });
  await state.taking;
}
