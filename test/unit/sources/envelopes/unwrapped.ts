/** Messages for the tables of envelopes, and what comes out of them in plain form. */
import type { Broker } from '../../../../operator/sources/envelopes/envelope.ts';
import { type SourceEvent, unwrap } from '../../../../operator/sources/envelopes/unwrap.ts';

export interface MessageOptions {
  readonly attributes?: Record<string, string>;
  readonly broker?: Broker;
  readonly format?: 'auto' | 'json';
}

/** @param body bytes and text as they are; anything else as JSON. */
export function eventsOf(
  body: unknown,
  { attributes = {}, broker = 'sqs', format = 'auto' }: MessageOptions = {},
): readonly SourceEvent[] {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return unwrap({ body: bytes, attributes, broker, format });
}

/** The only event of a message. */
export function eventOf(body: unknown, options: MessageOptions = {}): SourceEvent {
  const events = eventsOf(body, options);
  const [event] = events;
  if (event === undefined || events.length !== 1) throw new Error(`${events.length} events`);
  return event;
}

/** What is thrown, as `code: message`. */
export function poisonOf(body: unknown, options: MessageOptions = {}): string {
  try {
    eventsOf(body, options);
    return 'none';
  } catch (error) {
    return error instanceof Error && 'code' in error ? `${String(error.code)}: ${error.message}` : String(error);
  }
}
