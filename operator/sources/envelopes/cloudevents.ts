/**
 * CloudEvents 1.0 (https://cloudevents.io), in each of the modes of its protocol bindings: binary, where attributes are
 * those of the message, structured, and batch.
 */
import { decodeBase64 } from '../../verify/decode-base64.ts';
import { isJsonObject } from '../../verify/is-json-object.ts';
import { mediaType } from '../../verify/media-type.ts';
import type { Attributes, Broker, Content, Envelope, EventFields, Layer, Payload } from './envelope.ts';
import { percentDecode } from './percent-decode.ts';
import { PoisonError } from './poison-error.ts';
import { hasTexts, textOf } from './text-of.ts';

const STRUCTURED = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';
const REQUIRED = ['specversion', 'id', 'source', 'type'];
const FIELDS: readonly (keyof EventFields)[] = ['type', 'source', 'subject', 'id', 'time'];
/** How attributes are named (CloudEvents 1.0, 3.1); some senders do not keep to the lower case. */
const ATTRIBUTE = /^[a-z\d]+$/i;

/** How the binary mode prefixes attributes, in lower case. */
const PREFIXES: Readonly<Record<Broker, readonly string[]>> = {
  http: ['ce-'],
  sqs: ['ce-'],
  pubsub: ['ce-'],
  nats: ['ce-'],
  kafka: ['ce_'],
  rabbitmq: ['cloudevents:', 'cloudevents_'],
};

export const cloudevents: Envelope = {
  name: 'cloudevents',
  open(layer) {
    return byContentType(layer) ?? asBinary(layer) ?? byForm(layer.value);
  },
};

/** The content type decides where it says anything (HTTP binding, 3); of what is sent as such, nothing is required. */
function byContentType({ value, attributes }: Layer): readonly Content[] | undefined {
  const contentType = mediaType(attributes['content-type']);
  if (contentType === STRUCTURED && isJsonObject(value)) return [structuredContent(value)];
  if (contentType === BATCH && Array.isArray(value) && value.every(isJsonObject)) return value.map(structuredContent);
  return undefined;
}

function byForm(value: unknown): readonly Content[] | undefined {
  const events: readonly unknown[] = Array.isArray(value) ? value : [value];
  return events.length > 0 && events.every(isCloudEvent) ? events.map(structuredContent) : undefined;
}

function isCloudEvent(value: unknown): value is Record<string, unknown> {
  return isJsonObject(value) && hasTexts(value, REQUIRED);
}

function structuredContent(event: Record<string, unknown>): Content {
  const entries = Object.entries(event).flatMap(([name, value]) => {
    const text = scalarText(value);
    return text === undefined || name === 'data' || name === 'data_base64' ? [] : [[name, text] as const];
  });
  return contentOf(entries, payloadOf(event));
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function payloadOf(event: Record<string, unknown>): Payload {
  const encoded = event.data_base64;
  if (typeof encoded !== 'string') return { value: event.data };
  const bytes = decodeBase64(encoded);
  if (bytes === undefined) throw new PoisonError('EncodingBroken', 'data_base64 of the CloudEvent is not base64');
  return { bytes };
}

function asBinary({ value, attributes, broker }: Layer): readonly Content[] | undefined {
  const prefix = PREFIXES[broker].find((candidate) => Object.hasOwn(attributes, `${candidate}specversion`));
  if (prefix === undefined) return undefined;
  const entries = Object.entries(attributes)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, text]) => [name.slice(prefix.length), decodeAttribute(text, broker)] as const);
  return [contentOf(entries, { value })];
}

/** The bindings for HTTP (3.1.3.2) and NATS percent-encode values; older versions of that for HTTP quoted them. */
function decodeAttribute(text: string, broker: Broker): string {
  if (broker === 'nats') return percentDecode(text);
  if (broker !== 'http') return text;
  const isQuoted = text.length > 1 && text.startsWith('"') && text.endsWith('"');
  return percentDecode(isQuoted ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text);
}

function contentOf(entries: readonly (readonly [string, string])[], payload: Payload): Content {
  const named = entries.filter(([name]) => ATTRIBUTE.test(name)).map(([name, text]) => [name.toLowerCase(), text]);
  const all: Attributes = Object.fromEntries(named);
  return {
    fields: Object.fromEntries(FIELDS.map((name) => [name, textOf(all, name)])),
    attributes: Object.fromEntries(named.filter(([name]) => !FIELDS.some((field) => field === name))),
    payload,
  };
}
