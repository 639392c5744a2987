/** Amazon SNS: its envelope where raw message delivery is off, and its handshakes. */
import { isJsonObject } from '../../verify/is-json-object.ts';
import type { Attributes, Envelope, Handshake } from './envelope.ts';
import { hasTexts, textOf } from './text-of.ts';

export const sns: Envelope = {
  name: 'sns',
  open({ value }) {
    if (!isJsonObject(value) || !hasTexts(value, ['Type', 'TopicArn'])) return undefined;
    const fields = {
      source: textOf(value, 'TopicArn'),
      subject: textOf(value, 'Subject'),
      id: textOf(value, 'MessageId'),
      time: textOf(value, 'Timestamp'),
    };
    if (value.Type === 'Notification') {
      if (!hasTexts(value, ['Message'])) return undefined;
      const attributes = attributesOf(value.MessageAttributes);
      return [{ fields, attributes, payload: { bytes: Buffer.from(textOf(value, 'Message')) }, broker: 'sqs' }];
    }
    const handshake = handshakeOf(value);
    return handshake === undefined ? undefined : [{ fields, payload: { value }, handshake }];
  },
};

function handshakeOf(value: Record<string, unknown>): Handshake | undefined {
  if (!hasTexts(value, ['SubscribeURL'])) return undefined;
  const topicArn = textOf(value, 'TopicArn');
  if (value.Type === 'UnsubscribeConfirmation') return { kind: 'sns-unsubscribe', topicArn };
  if (value.Type !== 'SubscriptionConfirmation') return undefined;
  return { kind: 'sns-subscription', topicArn, subscribeUrl: textOf(value, 'SubscribeURL') };
}

/** `{name: {Type, Value}}`; a value of type Binary stays base64. */
function attributesOf(attributes: unknown): Attributes {
  if (!isJsonObject(attributes)) return {};
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, attribute]) =>
      isJsonObject(attribute) && typeof attribute.Value === 'string' ? [[name.toLowerCase(), attribute.Value]] : [],
    ),
  );
}
