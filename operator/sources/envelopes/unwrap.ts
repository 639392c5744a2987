/**
 * Unwraps a message: from its bytes to the events in it, whatever they were wrapped in on their way. Pure. A filter sees
 * the innermost payload, so that it need not know the road.
 */
import { isJsonObject } from '../../verify/is-json-object.ts';
import { cloudevents } from './cloudevents.ts';
import { codecommit } from './codecommit.ts';
import { type Budget, createBudget, decode } from './decode.ts';
import type { Attributes, Broker, Content, Envelope, EventFields, Handshake, Layer } from './envelope.ts';
import { eventbridge } from './eventbridge.ts';
import { eventgrid } from './eventgrid.ts';
import { pubsub, pubsubFields } from './pubsub.ts';
import { s3 } from './s3.ts';
import { sns } from './sns.ts';

export { PoisonError } from './poison-error.ts';
export type { Handshake };

/** In the order in which their signs are looked for. */
const ENVELOPES: readonly Envelope[] = [cloudevents, sns, eventbridge, s3, codecommit, pubsub, eventgrid];
const MAX_UNWRAPS = 4;
const NOTHING: EventFields = { type: '', source: '', subject: '', id: '', time: '' };

export interface UnwrapInput {
  /** The message's bytes, still gzipped or in base64 where its attributes say so; of Pub/Sub the decoded `data`. */
  readonly body: Buffer;
  /** The message's attributes, or the request's headers. */
  readonly attributes: Attributes;
  readonly broker: Broker;
  /** `json`: the body is the event. */
  readonly format: 'auto' | 'json';
  /**
   * The envelope whose signature was verified: it is opened first. What is not signed, attributes and other fields of the
   * body, can then not have the body read as something else.
   */
  readonly proved?: 'sns' | undefined;
}

/** One event of a message. */
export interface SourceEvent extends EventFields {
  /** The innermost payload; empty where that is no JSON object. */
  readonly req: Readonly<Record<string, unknown>>;
  /** Whether there is a JSON object to see. */
  readonly isObject: boolean;
  /** Of the message and of all its envelopes, of two equal names the innermost; names are lower-case. */
  readonly attributes: Attributes;
  /** What was unwrapped, outermost first. */
  readonly path: readonly string[];
  /** It is no event, but a service that checks where it sends to. */
  readonly handshake?: Handshake;
}

/** A layer on its way inward. */
interface Found {
  readonly layer: Layer;
  readonly fields: EventFields;
  /** The attributes of each layer, outermost first. */
  readonly attributes: readonly Attributes[];
  readonly path: readonly string[];
}

/**
 * The events in a message; of all but batches one.
 *
 * @throws PoisonError where base64 or gzip is broken, more than 3 MiB are inflated, or JSON is deeper than 64.
 */
export function unwrap({ body, attributes, broker, format, proved }: UnwrapInput): readonly SourceEvent[] {
  const named = lowerCased(attributes);
  const signs = proved === undefined ? named : {};
  const budget = createBudget();
  const layer: Layer = { value: decode(body, signs, budget), attributes: signs, broker };
  const found: Found = { layer, fields: NOTHING, attributes: [named], path: [] };
  const events: SourceEvent[] = [];
  if (format === 'json') events.push(eventOf(found));
  else open(found, { budget, envelopes: proved === undefined ? ENVELOPES : [sns] }, events);
  return events;
}

function lowerCased(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name.toLowerCase(), value]));
}

/** With what a layer is opened. */
interface Tools {
  readonly budget: Budget;
  readonly envelopes: readonly Envelope[];
}

function open(outer: Found, { budget, envelopes }: Tools, events: SourceEvent[]): void {
  const found = { ...outer, fields: merged(outer.fields, pubsubFields(outer.layer)) };
  const opened = found.path.length < MAX_UNWRAPS ? openFirst(found.layer, envelopes) : undefined;
  if (opened === undefined) {
    events.push(eventOf(found));
    return;
  }
  const path = [...found.path, opened.name];
  const tools = { budget, envelopes: ENVELOPES };
  for (const content of opened.contents) {
    const inner = innerOf(found, content, { path, budget });
    if (content.handshake === undefined) open(inner, tools, events);
    else events.push(eventOf(inner, content.handshake));
  }
}

function openFirst(
  layer: Layer,
  envelopes: readonly Envelope[],
): { readonly name: string; readonly contents: readonly Content[] } | undefined {
  for (const { name, open } of envelopes) {
    const contents = open(layer);
    if (contents !== undefined) return { name, contents };
  }
  return undefined;
}

function innerOf(
  { layer, fields, attributes: outer }: Found,
  { fields: said, attributes = {}, payload, broker = layer.broker }: Content,
  { path, budget }: { readonly path: readonly string[]; readonly budget: Budget },
): Found {
  const value = 'bytes' in payload ? decode(payload.bytes, attributes, budget) : payload.value;
  return {
    layer: { value, attributes, broker },
    fields: merged(fields, said),
    attributes: [...outer, attributes],
    path,
  };
}

/** What an inner layer does not say, the outer one does. */
function merged(outer: EventFields, inner: Partial<EventFields>): EventFields {
  return {
    type: inner.type || outer.type,
    source: inner.source || outer.source,
    subject: inner.subject || outer.subject,
    id: inner.id || outer.id,
    time: inner.time || outer.time,
  };
}

function eventOf({ layer, fields, attributes, path }: Found, handshake?: Handshake): SourceEvent {
  const isObject = isJsonObject(layer.value);
  return {
    ...fields,
    req: isObject ? (layer.value as SourceEvent['req']) : {},
    isObject,
    // Made when it is asked for: each event of a large batch has all the attributes of its message.
    get attributes() {
      return Object.fromEntries(attributes.flatMap((each) => Object.entries(each)));
    },
    path,
    ...(handshake === undefined ? {} : { handshake }),
  };
}
