import { RequestError } from '../api/errors.ts';
import type { Attributes, Broker } from '../sources/envelopes/envelope.ts';
import { PoisonError, type SourceEvent, unwrap } from '../sources/envelopes/unwrap.ts';
import type { WebhookRequest } from './webhook-type.ts';

/** What proves who sends is no filter's business. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);

export interface DeliveryOptions {
  /** Whose conventions the headers follow; default `http`. */
  readonly broker?: Broker;
  /** `json`: the body is the event; default `auto`. */
  readonly format?: 'auto' | 'json';
  /** The envelope whose signature was verified. */
  readonly proved?: 'sns';
}

/**
 * The events in a request: its body, with its headers as the attributes of the message.
 *
 * @throws RequestError BodyTooLarge, PayloadInvalid
 */
export function deliveredEvents(
  { headers, body }: WebhookRequest,
  { broker = 'http', format = 'auto', proved }: DeliveryOptions = {},
): readonly SourceEvent[] {
  try {
    return unwrap({ body, attributes: attributesOf(headers), broker, format, proved });
  } catch (error) {
    if (!(error instanceof PoisonError)) throw error;
    const code = error.code === 'TooLarge' ? 'BodyTooLarge' : 'PayloadInvalid';
    throw new RequestError(code, error.message, { cause: error });
  }
}

function attributesOf(headers: WebhookRequest['headers']): Attributes {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' && !CREDENTIALS.has(name) ? [[name, value]] : [],
    ),
  );
}
