/** From a broker's message to the webhook that it carries for a Receiver: the body as it was sent, and its headers. */
import type { CarriedWebhook } from '../receivers/admit-message.ts';
import { decodeBase64 } from '../verify/decode-base64.ts';
import { isJsonObject } from '../verify/is-json-object.ts';
import { mayBeJsonContainer } from './envelopes/may-be-json-container.ts';
import { PoisonError } from './envelopes/unwrap.ts';
import type { Message } from './source.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Nothing is unwrapped but base64, where an attribute says so, and the form in which Amazon's API Gateway hands on a
 * request: `{"headers": {…}, "body": "…", "isBase64Encoded": false}`.
 * @throws PoisonError where the base64 is broken.
 */
export function carriedWebhook({
  body,
  attributes,
  sentAtMs,
}: Pick<Message, 'body' | 'attributes' | 'sentAtMs'>): CarriedWebhook {
  const headers = lowerCased(attributes);
  const raw = isBase64(headers) ? fromBase64(body.toString('latin1')) : body;
  return { ...(gatewayRequest(raw) ?? { headers: withoutTransferEncoding(headers), body: raw }), sentAtMs };
}

function isBase64(headers: Headers): boolean {
  return headers['content-transfer-encoding']?.trim().toLowerCase() === 'base64';
}

/** The body is no longer encoded. */
function withoutTransferEncoding({ 'content-transfer-encoding': _, ...headers }: Headers): Headers {
  return headers;
}

function fromBase64(text: string): Buffer {
  const bytes = decodeBase64(text.trim());
  if (bytes === undefined) throw new PoisonError('EncodingBroken', 'the body is not base64');
  return bytes;
}

function gatewayRequest(raw: Buffer): Pick<CarriedWebhook, 'headers' | 'body'> | undefined {
  const request = parsed(raw);
  if (!isJsonObject(request)) return undefined;
  const { headers, body, isBase64Encoded } = request;
  if (!isJsonObject(headers) || typeof body !== 'string') return undefined;
  if (isBase64Encoded !== undefined && typeof isBase64Encoded !== 'boolean') return undefined;
  const texts = Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []));
  return {
    headers: lowerCased(Object.fromEntries(texts) as Headers),
    body: isBase64Encoded === true ? fromBase64(body) : Buffer.from(body),
  };
}

function parsed(raw: Buffer): unknown {
  try {
    return mayBeJsonContainer(raw) ? JSON.parse(raw.toString()) : undefined;
  } catch {
    return undefined;
  }
}

function lowerCased(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
