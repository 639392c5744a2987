/**
 * CloudEvents 1.0 (https://cloudevents.io), in each of the modes of its protocol bindings: binary, where attributes are
 * those of the message, structured, and batch.
 */
import { decodeBase64 } from '../../verify/decode-base64.ts';
import { isJsonObject } from '../../verify/is-json-object.ts';
import { mediaType } from '../../verify/media-type.ts';
import type { Broker, Content, Envelope, Layer, Payload } from './envelope.ts';
import { percentDecode } from './percent-decode.ts';
import { PoisonError } from './poison-error.ts';
import { hasTexts, textOf } from './text-of.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const STRUCTURED = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';
const REQUIRED = ['specversion', 'id', 'source', 'type'];
/** What has a place of its own beside `msg.attributes`. */
const NOT_EXTENSIONS: ReadonlySet<string> = new Set(['type', 'source', 'subject', 'id', 'time', 'data', 'data_base64']);
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

function isCloudEvent(value: unknown): value is JsonObject {
  return isJsonObject(value) && hasTexts(value, REQUIRED);
}

function structuredContent(event: JsonObject): Content {
  return { ...contextOf(event), payload: payloadOf(event) };
}

function payloadOf(event: JsonObject): Payload {
  const { data_base64: encoded } = event;
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
  return [{ ...contextOf(Object.fromEntries(entries)), payload: { value } }];
}

/** The bindings for HTTP (3.1.3.2) and NATS percent-encode values; older versions of that for HTTP quoted them. */
function decodeAttribute(text: string, broker: Broker): string {
  if (broker === 'nats') return percentDecode(text);
  if (broker !== 'http') return text;
  const isQuoted = text.length > 1 && text.startsWith('"') && text.endsWith('"');
  return percentDecode(isQuoted ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text);
}

/** Without lists on the way: a batch may have tens of thousands. */
function contextOf(event: JsonObject): Pick<Content, 'fields' | 'attributes'> {
  const attributes: Record<string, string> = {};
  for (const name of Object.keys(event)) {
    const value = event[name];
    if (typeof value === 'object' || NOT_EXTENSIONS.has(name) || !ATTRIBUTE.test(name)) continue;
    attributes[name.toLowerCase()] = String(value);
  }
  const fields = {
    type: textOf(event, 'type'),
    source: textOf(event, 'source'),
    subject: textOf(event, 'subject'),
    id: textOf(event, 'id'),
    time: textOf(event, 'time'),
  };
  return { fields, attributes };
}
