/** A delivery of AMQP as the contract has it. */
import type { ConsumeMessage, MessageProperties } from 'amqplib';
import type { Message } from '../../source.ts';

/** What answers a delivery. @throws SourceError once its channel is closed: nothing is acknowledged on another. */
export interface Answers {
  ack(delivery: ConsumeMessage): Promise<void>;
  nack(delivery: ConsumeMessage, requeue: boolean): Promise<void>;
}

/** @param connection tells deliveries of one connection from another's, where the sender gave no id. */
export function toMessage(delivery: ConsumeMessage, connection: string, { ack, nack }: Answers): Message {
  const { properties, fields, content } = delivery;
  const { messageId } = properties;
  return {
    id: typeof messageId === 'string' && messageId !== '' ? messageId : `${connection}/${fields.deliveryTag}`,
    attempt: attemptOf(properties.headers?.['x-delivery-count'], fields.redelivered),
    // The limit is the queue's own, which AMQP does not tell: the server keeps to it when a message is given back.
    last: false,
    sentAtMs: undefined,
    body: content,
    attributes: toAttributes(properties),
    // It stays as long as the connection does.
    extend: () => Promise.resolve(),
    ack: () => ack(delivery),
    retry: () => nack(delivery, true),
    reject: () => nack(delivery, false),
  };
}

/** Quorum queues count what came back, and say nothing the first time; others only know whether it came before. */
function attemptOf(count: unknown, redelivered: boolean): number {
  if (typeof count === 'number') return count + 1;
  return redelivered ? 0 : 1;
}

const PROPERTIES = {
  'content-type': 'contentType',
  'content-encoding': 'contentEncoding',
  'correlation-id': 'correlationId',
  'message-id': 'messageId',
  'app-id': 'appId',
  type: 'type',
  timestamp: 'timestamp',
} as const satisfies Record<string, keyof MessageProperties>;

/** The properties of the message that a filter may want, and its headers, which go before those. */
export function toAttributes(properties: MessageProperties): Record<string, string> {
  const named = Object.entries(PROPERTIES).map(([name, key]): [string, unknown] => [name, properties[key]]);
  const attributes = new Map<string, string>();
  for (const [name, value] of [...named, ...Object.entries(properties.headers ?? {})]) {
    if (value !== undefined && value !== null) attributes.set(name.toLowerCase(), textOf(value));
  }
  return Object.fromEntries(attributes);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  // What JavaScript has no type for, the client gives with its name: a timestamp, a decimal.
  if (isTyped(value)) return textOf(value.value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function isTyped(value: unknown): value is { readonly value: unknown } {
  return typeof value === 'object' && value !== null && '!' in value && 'value' in value;
}
