import type { ConsumeMessage, MessageProperties } from 'amqplib';
import { expect, test } from 'vitest';
import { toAttributes, toMessage } from '../../../../../operator/sources/brokers/rabbitmq/message.ts';

const properties = { headers: {} } as MessageProperties;
const answers = { ack: () => Promise.resolve(), nack: () => Promise.resolve() };

function messageOf(own: Partial<MessageProperties>, redelivered = false) {
  const fields = { deliveryTag: 7, redelivered };
  const delivery = { content: Buffer.from('{}'), fields, properties: { ...properties, ...own } };
  return toMessage(delivery as ConsumeMessage, 'c0ffee', answers);
}

test.each([
  [{}, false, 1],
  [{}, true, 0],
  [{ headers: { 'x-delivery-count': 2 } }, true, 3],
  [{ headers: { 'x-delivery-count': 'two' } }, true, 0],
])('the attempt of %j, redelivered: %s', (own, redelivered, attempt) => {
  expect(messageOf(own, redelivered).attempt).toBe(attempt);
});

test('the id is the sender’s, else that of the delivery', () => {
  expect(messageOf({ messageId: 'm-1' }).id).toBe('m-1');
  expect([messageOf({}).id, messageOf({ messageId: '' }).id]).toEqual(['c0ffee/7', 'c0ffee/7']);
});

test('headers are attributes as strings, and go before the properties of the same name', () => {
  const own: Partial<MessageProperties> = {
    contentType: 'text/plain',
    contentEncoding: 'gzip',
    correlationId: 'c',
    messageId: 'm',
    appId: 'a',
    type: 't',
    timestamp: 1_700_000_000,
    headers: {
      'Content-Type': 'application/json',
      'cloudEvents:type': 'pushed',
      list: [1, 'two'],
      bytes: Buffer.from('raw'),
      nothing: null,
      no: false,
      decimal: { '!': 'decimal', value: { places: 1, digits: 15 } },
    },
  };
  expect(toAttributes({ ...properties, ...own })).toEqual({
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    'correlation-id': 'c',
    'message-id': 'm',
    'app-id': 'a',
    type: 't',
    timestamp: '1700000000',
    'cloudevents:type': 'pushed',
    list: '[1,"two"]',
    bytes: 'raw',
    no: 'false',
    decimal: '{"places":1,"digits":15}',
  });
  expect(toAttributes({ ...properties, headers: undefined })).toEqual({});
});
