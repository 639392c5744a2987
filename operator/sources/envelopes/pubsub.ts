/** Google Pub/Sub: the envelope of a push subscription, and what Google's services say in a message's attributes. */
import { decodeBase64 } from '../../verify/decode-base64.ts';
import { isJsonObject } from '../../verify/is-json-object.ts';
import type { Attributes, Envelope, EventFields, Layer, Payload } from './envelope.ts';
import { PoisonError } from './poison-error.ts';
import { textOf } from './text-of.ts';

/** What Artifact Registry publishes, and no more. */
const REGISTRY_KEYS: ReadonlySet<string> = new Set(['action', 'digest', 'tag']);

export const pubsub: Envelope = {
  name: 'pubsub',
  open({ value }) {
    if (!isJsonObject(value) || typeof value.subscription !== 'string') return undefined;
    const { message } = value;
    if (!isJsonObject(message) || !(Object.hasOwn(message, 'data') || Object.hasOwn(message, 'attributes'))) {
      return undefined;
    }
    return [
      {
        fields: { id: textOf(message, 'messageId'), time: textOf(message, 'publishTime') },
        attributes: attributesOf(message.attributes),
        payload: payloadOf(message),
        broker: 'pubsub',
      },
    ];
  },
};

function payloadOf({ data }: Record<string, unknown>): Payload {
  if (data === undefined || data === null) return { value: undefined };
  const bytes = typeof data === 'string' ? decodeBase64(data) : undefined;
  if (bytes === undefined) throw new PoisonError('EncodingBroken', 'message.data of the Pub/Sub push is not base64');
  return { bytes };
}

function attributesOf(attributes: unknown): Attributes {
  if (!isJsonObject(attributes)) return {};
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name.toLowerCase(), value]] : [],
    ),
  );
}

/**
 * What a message of Pub/Sub says of its event, pulled or pushed: Cloud Storage in an attribute, Artifact Registry in its
 * payload, and a push without an envelope in its headers.
 */
export function pubsubFields({ value, attributes, broker }: Layer): Partial<EventFields> {
  if (broker !== 'pubsub') return {};
  const action = isJsonObject(value) && Object.keys(value).every((key) => REGISTRY_KEYS.has(key)) ? value.action : '';
  return {
    type: textOf(attributes, 'eventtype') || (typeof action === 'string' ? action : ''),
    id: textOf(attributes, 'x-goog-pubsub-message-id'),
    time: textOf(attributes, 'x-goog-pubsub-publish-time'),
  };
}
