/** A message of JetStream as the contract has it. */
import type { Msg, MsgHdrs } from '@nats-io/transport-node';
import type { Message } from '../../source.ts';
import type { Delivery } from './delivery.ts';

/** Answers JetStream on a message's own subject, and waits until the server has taken it. @throws SourceError */
export type Confirm = (subject: string, payload: string) => Promise<void>;

const NANOSECONDS_PER_MS = 1_000_000;

/** @param last whether the server gives it no more after this. */
export function toMessage(message: Msg, delivery: Delivery, last: boolean, confirm: Confirm): Message {
  const reply = message.reply ?? '';
  return {
    id: `${delivery.stream}/${delivery.sequence}`,
    attempt: delivery.attempt,
    last,
    sentAtMs: delivery.sentAtMs,
    body: Buffer.from(message.data.buffer, message.data.byteOffset, message.data.byteLength),
    attributes: toAttributes(message.subject, message.headers),
    extend: () => confirm(reply, '+WPI'),
    ack: () => confirm(reply, '+ACK'),
    retry(delayMs) {
      const delay = Math.round(delayMs * NANOSECONDS_PER_MS);
      return confirm(reply, delay > 0 ? `-NAK ${JSON.stringify({ delay })}` : '-NAK');
    },
    // Old servers take no reason: to them a `+TERM` with more after it is nothing.
    reject: () => confirm(reply, '+TERM'),
  };
}

/** The subject is `nats-subject`, as JetStream itself calls it; no header of a sender's is taken for it. */
export function toAttributes(subject: string, headers: MsgHdrs | undefined): Record<string, string> {
  const attributes = new Map<string, string>();
  for (const [name, values] of headers ?? []) {
    const key = name.toLowerCase();
    const before = attributes.get(key);
    attributes.set(key, [...(before === undefined ? [] : [before]), ...values].join(', '));
  }
  attributes.set('nats-subject', subject);
  return Object.fromEntries(attributes);
}
