import { CloudEvent, HTTP, Kafka } from 'cloudevents';
import { describe, expect, it } from 'vitest';
import type { Broker } from '../../../../operator/sources/envelopes/envelope.ts';
import { cloudEvent } from './payloads.ts';
import { eventOf, eventsOf, poisonOf } from './unwrapped.ts';

const SUBJECT = 'grüße/€ 100%';
const DATA = { repository: 'webapp' };
const encoded = new CloudEvent({
  id: 'A234',
  source: '/mycontext',
  type: 'com.example.pushed',
  subject: SUBJECT,
  time: '2026-04-05T17:31:00.000Z',
  datacontenttype: 'application/json',
  myextension: 'value',
  data: DATA,
});
const EXPECTED = {
  type: 'com.example.pushed',
  source: '/mycontext',
  id: 'A234',
  time: '2026-04-05T17:31:00.000Z',
  req: DATA,
  isObject: true,
  path: ['cloudevents'],
};

/** As Record: the SDK leaves no header undefined. */
const textsOf = (headers: object) =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)]));

describe('cloudevents of the SDK', () => {
  it('are read in the binary mode of HTTP', () => {
    const { headers, body } = HTTP.binary(encoded);
    const attributes = { ...textsOf(headers), 'ce-subject': encodeURIComponent(SUBJECT) };
    const event = eventOf(String(body), { broker: 'http', attributes });
    expect(event).toMatchObject({ ...EXPECTED, subject: SUBJECT });
    expect(event.attributes).toMatchObject({
      specversion: '1.0',
      myextension: 'value',
      'content-type': 'application/json',
    });
    expect(event.attributes).not.toHaveProperty('type');
  });

  it.each(['http', 'kafka', 'nats', 'sqs', 'pubsub', 'rabbitmq'] as const)(
    'are read in the structured mode of %s',
    (broker) => {
      const { headers, body } = HTTP.structured(encoded);
      expect(eventOf(String(body), { broker, attributes: textsOf(headers) })).toMatchObject({
        ...EXPECTED,
        subject: SUBJECT,
      });
      expect(eventOf(String(body), { broker })).toMatchObject({ ...EXPECTED, subject: SUBJECT });
    },
  );

  it('are read in the binary mode of Kafka, where nothing is percent-encoded', () => {
    const { headers, value } = Kafka.binary(encoded.cloneWith({ subject: '100%25' }));
    const event = eventOf(value, { broker: 'kafka', attributes: textsOf(headers) });
    expect(event).toMatchObject({ ...EXPECTED, subject: '100%25', attributes: { myextension: 'value' } });
  });

  it('are read in the structured mode of Kafka', () => {
    const { headers, value } = Kafka.structured(encoded);
    expect(eventOf(value, { broker: 'kafka', attributes: textsOf(headers) })).toMatchObject({
      ...EXPECTED,
      subject: SUBJECT,
    });
  });

  it('are read with binary data', () => {
    const binary = new CloudEvent({ ...EXPECTED_CONTEXT, data: new Uint8Array(Buffer.from(JSON.stringify(DATA))) });
    const { body } = HTTP.structured(binary);
    expect(String(body)).toContain('data_base64');
    expect(eventOf(String(body))).toMatchObject({ req: DATA, path: ['cloudevents'] });
  });
});

const EXPECTED_CONTEXT = { id: 'A234', source: '/mycontext', type: 'com.example.pushed' };

describe('cloudevents in binary mode', () => {
  const named = (prefix: string) => ({
    [`${prefix}specversion`]: '1.0',
    [`${prefix}id`]: 'A234',
    [`${prefix}source`]: '/my%20context',
    [`${prefix}type`]: 'com.example.pushed',
  });
  const brokers: readonly Broker[] = ['http', 'nats', 'sqs', 'pubsub', 'kafka', 'rabbitmq'];
  const table: readonly (readonly [string, readonly Broker[]])[] = [
    ['ce-', ['http', 'nats', 'sqs', 'pubsub']],
    ['CE-', ['http', 'nats', 'sqs', 'pubsub']],
    ['ce_', ['kafka']],
    ['cloudEvents:', ['rabbitmq']],
    ['cloudEvents_', ['rabbitmq']],
    ['ce', []],
  ];
  it.each(
    table.flatMap(([prefix, known]) => brokers.map((broker) => [prefix, broker, known.includes(broker)] as const)),
  )('are known by the prefix %s at %s: %s', (prefix, broker, known) => {
    const event = eventOf(DATA, { broker, attributes: named(prefix) });
    const source = broker === 'http' || broker === 'nats' ? '/my context' : '/my%20context';
    expect(event.path).toEqual(known ? ['cloudevents'] : []);
    expect(event.req).toEqual(DATA);
    expect(event.source).toBe(known ? source : '');
  });

  it.each([
    ['broken escapes', '100%', '100%'],
    ['quotes, with escapes in them', '"a \\"b\\" %41"', 'a "b" A'],
    ['a quote alone', '"', '"'],
  ])('take %s in a header of HTTP', (_what, text, subject) => {
    const attributes = { ...named('ce-'), 'ce-subject': text };
    expect(eventOf(DATA, { broker: 'http', attributes }).subject).toBe(subject);
  });

  it('may carry what is no JSON', () => {
    const event = eventOf('hello', { broker: 'http', attributes: { ...named('ce-'), 'content-type': 'text/plain' } });
    expect(event).toMatchObject({ type: 'com.example.pushed', req: {}, isObject: false });
  });

  it('may carry a CloudEvent', () => {
    const event = eventOf(cloudEvent({ type: 'inner' }), { broker: 'http', attributes: named('ce-') });
    expect(event).toMatchObject({ type: 'inner', path: ['cloudevents', 'cloudevents'] });
  });

  it('leave a structured one its content type', () => {
    const attributes = { ...named('ce-'), 'content-type': 'application/cloudevents+json; charset=utf-8' };
    const event = eventOf(cloudEvent({ type: 'structured' }), { broker: 'http', attributes });
    expect(event).toMatchObject({ type: 'structured', path: ['cloudevents'] });
  });
});

describe('cloudevents in structured mode', () => {
  it.each(['specversion', 'id', 'source', 'type'])('are none without %s, or with another than a string', (name) => {
    expect(eventOf(cloudEvent({ [name]: undefined })).path).toEqual([]);
    expect(eventOf(cloudEvent({ [name]: 1 })).path).toEqual([]);
  });

  it('are such by their content type, whatever they lack', () => {
    const attributes = { 'content-type': 'application/cloudevents+json' };
    expect(eventOf({ type: 'x', data: DATA }, { attributes })).toMatchObject({
      type: 'x',
      req: DATA,
      path: ['cloudevents'],
    });
    expect(eventOf([DATA], { attributes })).toMatchObject({ path: [], isObject: false });
  });

  it.each([
    ['no data', {}, {}, false],
    ['data that is text', { data: 'x' }, {}, false],
    ['data that is null', { data: null }, {}, false],
    ['data in base64', { data_base64: Buffer.from('{"a":1}').toString('base64') }, { a: 1 }, true],
    ['data in base64 that is no JSON', { data_base64: 'AAEC' }, {}, false],
  ])('may have %s', (_what, more, req, isObject) => {
    const { data: _data, ...event } = cloudEvent();
    expect(eventOf({ ...event, ...more })).toMatchObject({ req, isObject, path: ['cloudevents'] });
  });

  it('with broken base64 are poison', () => {
    expect(poisonOf(cloudEvent({ data_base64: '***' }))).toBe(
      'EncodingBroken: data_base64 of the CloudEvent is not base64',
    );
  });

  it('give what is scalar as attributes, and nothing with a name that is none', () => {
    const event = cloudEvent({
      number: 3,
      flag: true,
      object: {},
      list: [],
      nothing: null,
      'content-encoding': 'gzip',
    });
    expect(eventOf(event).attributes).toEqual({ specversion: '1.0', number: '3', flag: 'true' });
  });
});

describe('cloudevents in batches', () => {
  const attributes = { 'content-type': 'application/cloudevents-batch+json' };

  it('are n events', () => {
    expect(eventsOf([cloudEvent({ id: 'a' }), cloudEvent({ id: 'b' })], { attributes }).map(({ id }) => id)).toEqual([
      'a',
      'b',
    ]);
  });

  it('may be none, where the content type says so', () => {
    expect(eventsOf([], { attributes })).toEqual([]);
  });

  it('are none where one of them is none', () => {
    expect(eventOf([cloudEvent(), DATA])).toMatchObject({ path: [], isObject: false });
    expect(eventOf([cloudEvent(), 1], { attributes })).toMatchObject({ path: [], isObject: false });
  });
});
