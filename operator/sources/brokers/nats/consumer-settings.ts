/** What is read of a consumer's settings: whether it can be used, and how. */
import type { ConsumerInfo } from '@nats-io/jetstream';
import { SourceError } from '../../source-error.ts';
import type { NatsBlock } from './block.ts';

export interface ConsumerSettings {
  /** Half of the shortest time that a message may stay unacknowledged, in ms. */
  readonly extendEveryMs: number;
  /** Deliveries of a message before the server gives it up. */
  readonly maxDeliver: number;
  /** The most messages that one request may ask for. */
  readonly maxBatch: number;
  /** The longest that one request may wait, in ms. */
  readonly maxWaitMs: number;
  /** For the Ready message. */
  readonly notes: readonly string[];
}

const NANOSECONDS_PER_MS = 1_000_000;
const DEFAULT_ACK_WAIT_NS = 30_000 * NANOSECONDS_PER_MS;
/** Below this a fault of the cluster's that lasts minutes can spend them all. */
const ENOUGH_DELIVERIES = 10;
/** An `ack_wait` so short that it cannot be extended in time is not asked for more often. */
const SHORTEST_EXTEND_MS = 50;

type Config = Pick<ConsumerInfo['config'], 'durable_name' | 'deliver_subject' | 'ack_policy' | 'ack_wait' | 'backoff'> &
  Pick<ConsumerInfo['config'], 'max_deliver' | 'max_batch' | 'max_ack_pending' | 'max_expires'>;

/** @throws SourceError SourceUnsuitable */
export function readConsumer(config: Config, block: NatsBlock): ConsumerSettings {
  const fault = faultOf(config);
  if (fault !== undefined) {
    const message = `consumer ${block.consumer} of stream ${block.stream} ${fault}: make another with: ${addCommand(block)}`;
    throw new SourceError('SourceUnsuitable', message);
  }
  // The first delivery may be given less time than the others.
  const ackWaitsNs = [config.ack_wait ?? DEFAULT_ACK_WAIT_NS, ...(config.backoff ?? [])];
  const maxDeliver = limit(config.max_deliver);
  const few = maxDeliver < ENOUGH_DELIVERIES;
  return {
    extendEveryMs: Math.max(SHORTEST_EXTEND_MS, Math.min(...ackWaitsNs) / NANOSECONDS_PER_MS / 2),
    maxDeliver,
    maxBatch: Math.min(limit(config.max_batch), limit(config.max_ack_pending)),
    maxWaitMs: limit(config.max_expires) / NANOSECONDS_PER_MS,
    notes: few ? [`max_deliver of the consumer is ${maxDeliver}, set it to ${ENOUGH_DELIVERIES} or more`] : [],
  };
}

/** What makes a consumer that can be used. */
export function addCommand({ stream, consumer }: NatsBlock): string {
  return `nats consumer add ${stream} ${consumer} --pull --ack explicit --deliver all --max-deliver 20 --defaults`;
}

function faultOf({ durable_name, deliver_subject, ack_policy }: Config): string | undefined {
  if (deliver_subject) return 'is a push consumer';
  if (ack_policy !== 'explicit') return `has the acknowledgement policy ${ack_policy}, not explicit`;
  return durable_name ? undefined : 'is not durable';
}

/** The server writes 0, -1 or nothing for none. */
function limit(value: number | undefined): number {
  return value !== undefined && value > 0 ? value : Number.POSITIVE_INFINITY;
}
