/** Reads an existing durable pull consumer of NATS JetStream. */
import { isIP } from 'node:net';
import type { Msg } from '@nats-io/transport-node';
import { isRefusedAddress } from '../../verify/is-refused-address.ts';
import type { Message, Source, SourceSettings, SourceType } from '../source.ts';
import { SourceError } from '../source-error.ts';
import type { NatsBlock } from './nats/block.ts';
import { connectOptions } from './nats/connect-options.ts';
import { type ConsumerSettings, readConsumer } from './nats/consumer-settings.ts';
import { parseDelivery } from './nats/delivery.ts';
import { faultOf } from './nats/fault.ts';
import { type Link, type LinkSettings, openLink, untilUp } from './nats/link.ts';
import { toMessage } from './nats/message.ts';
import { type PullEnd, type Pulled, pull, pullSubject } from './nats/pull.ts';

/** How long an empty consumer is waited at: short, for a server that forgets a request does not say so. */
const WAIT_MS = 5_000;
/** How long a server that is gone is waited for before it is called unreachable: a restart should take less. */
const OUTAGE_MS = 12_000;
/** An answer that is empty sooner than it should be is not asked for again at once. */
const PAUSE_MS = 1_000;
const CONFIRM_TIMEOUT_MS = 5_000;
const BAD_REQUEST = 400;
/** How often the consumer is asked how many messages are left, while there are any that come. */
const LAG_EVERY_MS = 10_000;

interface State extends LinkSettings {
  readonly settings: SourceSettings<NatsBlock>;
  link: Promise<Link>;
  consumer: ConsumerSettings;
  /** Messages that are not acknowledged, those included that others hold; undefined: not known. */
  lag: number | undefined;
  lagAtMs: number;
}

const NAME = { type: 'string', minLength: 1, maxLength: 255, pattern: '^[^\\s.*>/\\\\]+$' } as const;

export const nats: SourceType<NatsBlock> = {
  name: 'nats',
  schema: {
    type: 'object',
    description: 'A durable pull consumer of NATS JetStream with explicit acknowledgement.',
    required: ['servers', 'stream', 'consumer'],
    properties: {
      servers: {
        type: 'array',
        description: 'The servers: nats://host:port, or tls://host:port, which demands TLS of all of them.',
        minItems: 1,
        maxItems: 16,
        items: { type: 'string', maxLength: 512, pattern: '^(nats|tls)://[^\\s/?#@]+/?$' },
      },
      stream: { ...NAME, description: 'The name of the stream.' },
      consumer: { ...NAME, description: 'The name of the consumer; it must exist.' },
    },
  },
  identity: () => 'secret-only',
  title: ({ stream, consumer }) => `${stream}/${consumer}`,
  check: ({ servers }) => servers.map(checkServer).find((fault) => fault !== undefined),
  async open(settings) {
    const client = await import('../clients/nats-jetstream.ts');
    const options = connectOptions(settings, client);
    const parts = { client, block: settings.block, options };
    const link = await openLink(parts);
    try {
      const [consumer, lag] = await readSettings(parts, link);
      const lagAtMs = settings.clock.elapsedMs();
      return sourceOf({ ...parts, settings, link: Promise.resolve(link), consumer, lag, lagAtMs });
    } catch (error) {
      await link.nats.close();
      throw error;
    }
  },
};

function checkServer(server: string): string | undefined {
  const url = URL.parse(server);
  if (url === null || !/^(nats|tls):$/.test(url.protocol) || url.hostname === '' || !/^\/?$/.test(url.pathname)) {
    return 'spec.nats.servers: each must be nats://host:port or tls://host:port';
  }
  if (url.username !== '' || url.password !== '') {
    return 'spec.nats.servers: credentials belong in the Secret of spec.secretRef, not in a URL';
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) === 0 || !isRefusedAddress(host)) return undefined;
  return `spec.nats.servers: ${host} is a link-local address, which is refused`;
}

function sourceOf(state: State): Source {
  return {
    get extendEveryMs() {
      return state.consumer.extendEveryMs;
    },
    delays: 'broker',
    // The connection outlives a restart of the server, and with it what is held.
    stateless: true,
    receive: (max, signal) => receive(state, max, signal),
    async inspect() {
      await refresh(state, await linkOf(state));
      return state.consumer.notes;
    },
    recovered: () => recovered(state),
    lag: () => state.lag,
    async close() {
      const link = await state.link.catch(() => undefined);
      await link?.nats.close();
    },
  };
}

async function readSettings(
  { client, block }: LinkSettings,
  { nats: connection }: Link,
): Promise<[settings: ConsumerSettings, lag: number]> {
  try {
    const manager = await client.jetstreamManager(connection, { checkAPI: false });
    const { config, num_pending, num_ack_pending } = await manager.consumers.info(block.stream, block.consumer);
    return [readConsumer(config, block), num_pending + num_ack_pending];
  } catch (error) {
    throw faultOf(error, `$JS.API.CONSUMER.INFO.${block.stream}.${block.consumer}`, block, client);
  }
}

/** @throws SourceError */
async function refresh(state: State, link: Link): Promise<void> {
  state.lagAtMs = state.settings.clock.elapsedMs();
  [state.consumer, state.lag] = await readSettings(state, link);
}

/** Not needed to read on, so that it never fails. */
async function refreshLag(state: State, link: Link): Promise<void> {
  await refresh(state, link).catch(() => {
    state.lag = undefined;
  });
}

/** The connection, made anew where the last one has ended for good, with one attempt. @throws SourceError */
async function linkOf(state: State): Promise<Link> {
  const link = await state.link.catch(() => undefined);
  if (link !== undefined && !link.nats.isClosed()) return link;
  state.link = openLink(state);
  return state.link;
}

/** One that has ended for good is made anew by the next receive, in its own time. */
async function recovered(state: State): Promise<boolean> {
  const link = await state.link.catch(() => undefined);
  if (link === undefined || link.nats.isClosed() || !link.lost.signal.aborted) return false;
  await link.back.promise;
  return !link.lost.signal.aborted;
}

async function receive(state: State, max: number, signal: AbortSignal): Promise<readonly Message[]> {
  const { clock } = state.settings;
  const startMs = clock.elapsedMs();
  for (;;) {
    const link = await linkOf(state);
    await untilUp(link, { clock, forMs: OUTAGE_MS - (clock.elapsedMs() - startMs), signal });
    if (signal.aborted) return [];
    if (clock.elapsedMs() - state.lagAtMs >= LAG_EVERY_MS) void refreshLag(state, link);
    const { messages, end } = await request(state, link, max, signal);
    if (messages.length > 0) return messages.flatMap((message) => accept(state, message));
    if (signal.aborted) return [];
    if (link.lost.signal.aborted) continue;
    await understand(state, link, end);
    if (clock.elapsedMs() - startMs < PAUSE_MS) await pause(state, signal);
    return [];
  }
}

async function request(state: State, link: Link, max: number, signal: AbortSignal): Promise<Pulled> {
  const { block, client, consumer, settings } = state;
  try {
    return await pull(link, {
      block,
      max: Math.min(max, consumer.maxBatch),
      waitMs: Math.min(WAIT_MS, consumer.maxWaitMs),
      inbox: client.createInbox(),
      clock: settings.clock,
      signals: [signal, link.lost.signal],
    });
  } catch (error) {
    if (link.lost.signal.aborted) return { messages: [], end: 'stopped' };
    throw faultOf(error, pullSubject(block), block, client);
  }
}

/** Nothing came: the consumer may be gone, and some servers do not say so. */
async function understand(state: State, link: Link, end: PullEnd): Promise<void> {
  if (end === 'empty') {
    // Where others hold as many as may be unacknowledged, it is empty for this one alone.
    if (state.lag !== 0) await refreshLag(state, link);
    return;
  }
  await refresh(state, link);
  if (end !== BAD_REQUEST) return;
  const { stream, consumer } = state.block;
  const message = `consumer ${consumer} of stream ${stream} takes no requests: ${end}`;
  throw new SourceError('SourceUnsuitable', message);
}

async function pause({ settings: { clock } }: State, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const over = () => resolve();
  const timer = clock.setTimeout(over, PAUSE_MS);
  signal.addEventListener('abort', over, { once: true });
  await promise;
  timer.cancel();
  signal.removeEventListener('abort', over);
}

function accept(state: State, message: Msg): Message[] {
  const delivery = parseDelivery(message.reply ?? '');
  if (delivery === undefined) return [];
  const last = delivery.attempt >= state.consumer.maxDeliver;
  return [toMessage(message, delivery, last, (subject, payload) => confirm(state, subject, payload))];
}

/** On whichever connection there is: the server knows the delivery by its subject. */
async function confirm(state: State, subject: string, payload: string): Promise<void> {
  try {
    const { nats: connection } = await state.link;
    await connection.request(subject, payload, { timeout: CONFIRM_TIMEOUT_MS });
  } catch (error) {
    throw faultOf(error, 'acknowledgement', state.block, state.client);
  }
}
