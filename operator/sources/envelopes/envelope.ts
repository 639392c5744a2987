/**
 * The contract of an envelope: the form in which a service or a broker wraps an event on its way. An envelope is one pure
 * function: it sees one layer, and opens it if its exact sign is there. A layer that only almost fits is left alone.
 *
 * @example An envelope of a service that wraps its events as `{"parcel": {…}, "sender": "…"}`.
 * ```ts
 * export const parcel: Envelope = {
 *   name: 'parcel',
 *   open({ value }) {
 *     if (!isJsonObject(value) || !isJsonObject(value.parcel) || typeof value.sender !== 'string') return undefined;
 *     return [{ fields: { source: value.sender }, payload: { value: value.parcel } }];
 *   },
 * };
 * ```
 */

/** By which broker a message came. */
export type Broker = 'http' | 'sqs' | 'pubsub' | 'nats' | 'kafka' | 'rabbitmq';

/** Names are lower-case. */
export type Attributes = Readonly<Record<string, string>>;

/** What is known of an event, in CloudEvents' words; '' or absent: it is not said. */
export interface EventFields {
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly id: string;
  /** As it was sent: RFC 3339, as all these services write it. */
  readonly time: string;
}

/** What is wrapped: a JSON value, or bytes that are still to be decoded. */
export type Payload = { readonly value: unknown } | { readonly bytes: Buffer };

/** One layer of a message. */
export interface Layer {
  /** Its JSON; undefined where it is no JSON object or list. */
  readonly value: unknown;
  /** Of this layer alone. */
  readonly attributes: Attributes;
  /** Whose conventions the names of the attributes follow. */
  readonly broker: Broker;
}

/** Messages by which a service checks where it sends to; nothing is annotated for them. */
export type Handshake =
  | { readonly kind: 's3-test'; readonly bucket: string }
  | { readonly kind: 'sns-subscription'; readonly topicArn: string; readonly subscribeUrl: string }
  | { readonly kind: 'sns-unsubscribe'; readonly topicArn: string }
  /** `validationCode` is '' where the event has none. */
  | { readonly kind: 'eventgrid-validation'; readonly validationCode: string };

/** One event out of an envelope. */
export interface Content {
  readonly fields: Partial<EventFields>;
  /** What the envelope says beside these: in `msg.attributes`, and the attributes of the layer inside. */
  readonly attributes?: Attributes;
  readonly payload: Payload;
  /** Whose conventions `attributes` follow; absent: they are the envelope's own. */
  readonly broker?: Broker;
  readonly handshake?: Handshake;
}

export interface Envelope {
  /** In `msg.path`. */
  readonly name: string;
  /**
   * @returns the events inside; undefined: the layer is not such an envelope.
   * @throws PoisonError where the sign is there and the encoding inside is broken.
   */
  open(layer: Layer): readonly Content[] | undefined;
}
