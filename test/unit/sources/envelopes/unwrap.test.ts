import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { messageVariable } from '../../../../operator/sources/envelopes/message-variable.ts';
import { unwrap } from '../../../../operator/sources/envelopes/unwrap.ts';
import {
  acrPush,
  cloudEvent,
  codecommitRecord,
  ecrPush,
  eventgridValidation,
  pubsubPush,
  registryInsert,
  s3Record,
  s3TestEvent,
  snsNotification,
  TOPIC,
} from './payloads.ts';
import { eventOf, eventsOf, poisonOf } from './unwrapped.ts';

const PLAIN = { repository: 'webapp', tag: '1.2.3' };

describe('unwrap', () => {
  it.each([
    ['a JSON object', PLAIN, PLAIN, true],
    ['an empty object', {}, {}, true],
    ['an object behind a byte order mark and spaces', '\ufeff \r\n\t{"a":1}', { a: 1 }, true],
    ['an object with space behind it', '{"a":1}\n', { a: 1 }, true],
    ['the last of two equal keys', '{"a":1,"a":2}', { a: 2 }, true],
    ['a list', [PLAIN], {}, false],
    ['an empty list', [], {}, false],
    ['text', 'hello', {}, false],
    ['nothing', '', {}, false],
    ['null', 'null', {}, false],
    ['a number', '3', {}, false],
    ['a string that holds JSON', JSON.stringify(JSON.stringify(PLAIN)), {}, false],
    ['JSON that is cut off', '{"a":1', {}, false],
    ['two JSON values', '{"a":1}{"b":2}', {}, false],
    ['bytes that are no text', Buffer.from([0x00, 0xff, 0xfe]), {}, false],
    ['a number beyond a double', '{"a":1e400}', {}, false],
  ])('gives of %s what a filter can see', (_what, body, req, isObject) => {
    expect(eventOf(body)).toEqual({
      req,
      isObject,
      type: '',
      source: '',
      subject: '',
      id: '',
      time: '',
      attributes: {},
      path: [],
    });
  });

  it('keeps a key named __proto__ a key', () => {
    const { req } = eventOf('{"__proto__":{"Type":"Notification","TopicArn":"t","Message":"m"},"a":1}');
    expect(Object.keys(req)).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(req)).toBe(Object.prototype);
    expect(Object.hasOwn({}, 'Type')).toBe(false);
    const record = JSON.parse(JSON.stringify(s3Record()).replace('"s3":{', '"s3":{"__proto__":{"x":1},'));
    expect(Object.keys(eventOf({ Records: [record] }).req.s3 as object)).toContain('__proto__');
    const attributes = '{"__proto__":{"Type":"String","Value":"v"}}';
    const text = JSON.stringify(snsNotification(PLAIN, { MessageAttributes: {} })).replace(
      '"MessageAttributes":{}',
      `"MessageAttributes":${attributes}`,
    );
    const named = eventOf(text).attributes;
    expect(Object.entries(named)).toEqual([['__proto__', 'v']]);
    expect(Object.getPrototypeOf(named)).toBe(Object.prototype);
  });

  it.each([
    ['sns with eventbridge inside', snsNotification(ecrPush()), ['sns', 'eventbridge'], ecrPush().detail],
    ['sns with s3 inside', snsNotification({ Records: [s3Record()] }), ['sns', 's3'], s3Record()],
    [
      'sns with codecommit inside',
      snsNotification({ Records: [codecommitRecord()] }),
      ['sns', 'codecommit'],
      codecommitRecord(),
    ],
    ['sns with a CloudEvent inside', snsNotification(cloudEvent()), ['sns', 'cloudevents'], cloudEvent().data],
    ['pubsub with a CloudEvent inside', pubsubPush(cloudEvent()), ['pubsub', 'cloudevents'], cloudEvent().data],
    ['a CloudEvent with pubsub inside', cloudEvent({ data: pubsubPush(PLAIN) }), ['cloudevents', 'pubsub'], PLAIN],
    [
      'eventgrid with a CloudEvent inside',
      acrPush({ data: cloudEvent() }),
      ['eventgrid', 'cloudevents'],
      cloudEvent().data,
    ],
    ['eventbridge with s3 inside', ecrPush({ detail: { Records: [s3Record()] } }), ['eventbridge', 's3'], s3Record()],
  ])('unwraps %s', (_what, body, path, req) => {
    expect(eventOf(body)).toMatchObject({ path, req, isObject: true });
  });

  it('lets the innermost say what an event is, and the outer what that leaves open', () => {
    const event = eventOf(snsNotification(ecrPush()), { attributes: { SenderName: 'queue', shared: 'queue' } });
    expect(event).toMatchObject({
      type: 'ECR Image Action',
      source: 'aws.ecr',
      subject: 'My First Message',
      id: '13cde686-328b-6117-af20-0e5566167482',
      time: '2026-11-16T01:54:34Z',
      attributes: { sendername: 'queue', shared: 'queue', account: '111122223333', region: 'eu-west-1' },
    });
    const attributes = { Shared: { Type: 'String', Value: 'topic' } };
    const shared = eventOf(snsNotification(PLAIN, { MessageAttributes: attributes }), {
      attributes: { shared: 'queue' },
    });
    expect(shared).toMatchObject({ type: '', source: TOPIC, attributes: { shared: 'topic' } });
  });

  it('unwraps four times at most', () => {
    const wrap = (times: number): object =>
      times === 0 ? PLAIN : cloudEvent({ id: `${times}`, data: wrap(times - 1) });
    expect(eventOf(wrap(4))).toMatchObject({ path: Array(4).fill('cloudevents'), req: PLAIN });
    expect(eventOf(wrap(5))).toMatchObject({ path: Array(4).fill('cloudevents'), id: '2', req: wrap(1) });
  });

  it('looks for signs in the order of the contract', () => {
    const both = { ...acrPush(), ...cloudEvent({ data: PLAIN }) };
    expect(eventOf(both).path).toEqual(['cloudevents']);
    expect(eventOf({ ...ecrPush(), ...snsNotification(PLAIN) }).path).toEqual(['sns']);
  });

  it.each([
    ['an SNS notification', snsNotification(ecrPush())],
    ['a CloudEvent', cloudEvent()],
    ['a handshake', s3TestEvent],
  ])('unwraps nothing of %s with format json', (_what, body) => {
    const attributes = { 'ce-specversion': '1.0', 'ce-type': 'x' };
    const event = eventOf(body, { format: 'json', attributes });
    expect(event).toMatchObject({ req: body, isObject: true, type: '', path: [], attributes });
    expect(event.handshake).toBeUndefined();
  });

  it('inflates with format json too', () => {
    expect(eventOf(gzipSync(JSON.stringify(PLAIN)), { format: 'json' }).req).toEqual(PLAIN);
  });

  it.each([
    ['of Event Grid', [acrPush({ id: 'a' }), acrPush({ id: 'b' })], 'eventgrid'],
    ['of CloudEvents', [cloudEvent({ id: 'a' }), cloudEvent({ id: 'b' })], 'cloudevents'],
  ])('gives each event of a batch %s', (_what, body, name) => {
    const events = eventsOf(body);
    expect(events.map(({ id, path }) => [id, path])).toEqual([
      ['a', [name]],
      ['b', [name]],
    ]);
  });

  it('gives the events of batches within batches', () => {
    const records = { Records: [s3Record('a'), s3Record('b')] };
    const events = eventsOf([acrPush({ id: '1', data: records }), acrPush({ id: '2', data: records })]);
    expect(events.map(({ id, subject }) => [id, subject])).toEqual([
      ['1', 'manifests/a'],
      ['1', 'manifests/b'],
      ['2', 'manifests/a'],
      ['2', 'manifests/b'],
    ]);
  });

  it('holds of the largest batch little more than the batch', () => {
    const small = JSON.stringify({ specversion: '', id: '', source: '', type: '' });
    const batch = `[${Array(60_000).fill(small).join(',')}]`;
    const attributes = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`x-header-${index}`, 'x'.repeat(100)]),
    );
    const events = eventsOf(batch, { attributes });
    expect(events).toHaveLength(60_000);
    // All share one path and the attributes of their message.
    expect(new Set(events.map(({ path }) => path)).size).toBe(1);
    expect(Object.getOwnPropertyDescriptor(events[0], 'attributes')).toHaveProperty('get');
  });

  it('reads a list of 100,000 that only almost is a batch', () => {
    expect(eventOf(`[${Array(100_000).fill('{"specversion":1}').join(',')}]`)).toMatchObject({
      isObject: false,
      path: [],
    });
  });

  it('stops a batch whose events are inflated to more than the limit', () => {
    const bomb = gzipSync(Buffer.alloc(1024 * 1024, ' ')).toString('base64');
    const { data: _data, ...event } = cloudEvent({ data_base64: bomb });
    expect(eventsOf([event, event, event])).toHaveLength(3);
    expect(poisonOf([event, event, event, event])).toBe('TooLarge: the message is larger than 3145728 bytes');
  });

  it('stops a batch of more gzips than its size lets expect', () => {
    const tiny = gzipSync('{}').toString('base64');
    const { data: _data, ...event } = cloudEvent({ data_base64: tiny });
    expect(poisonOf(Array(3_073).fill(event))).toBe('TooLarge: the message is larger than 3145728 bytes');
  });
});

describe('an envelope that was proved', () => {
  const proved = (body: object, attributes: Record<string, string> = {}) =>
    unwrap({ body: Buffer.from(JSON.stringify(body)), attributes, broker: 'sqs', format: 'auto', proved: 'sns' });

  it.each([
    ['fields of a CloudEvent', { ...snsNotification(PLAIN), ...cloudEvent() }, {}],
    ['fields of EventBridge', { ...ecrPush(), ...snsNotification(PLAIN) }, {}],
    ['a content type', snsNotification(PLAIN), { 'content-type': 'application/cloudevents+json' }],
    ['the attributes of a CloudEvent', snsNotification(PLAIN), { 'ce-specversion': '1.0', 'ce-type': 'forged' }],
    ['an encoding', snsNotification(PLAIN), { 'content-transfer-encoding': 'base64', 'content-encoding': 'gzip' }],
  ])('is opened first, whatever %s say', (_what, body, attributes) => {
    const [event, ...others] = proved(body, attributes);
    expect(others).toEqual([]);
    expect(event).toMatchObject({ type: '', source: TOPIC, req: PLAIN, path: ['sns'], attributes });
  });

  it('may have any other inside', () => {
    expect(proved(snsNotification(ecrPush()))).toMatchObject([{ path: ['sns', 'eventbridge'] }]);
  });
});

describe('handshakes', () => {
  it.each([
    ['s3', s3TestEvent, { kind: 's3-test', bucket: 'manifests' }],
    ['s3 by way of sns', snsNotification(s3TestEvent), { kind: 's3-test', bucket: 'manifests' }],
    [
      'Event Grid',
      [eventgridValidation],
      { kind: 'eventgrid-validation', validationCode: eventgridValidation.data.validationCode },
    ],
  ])('are told apart: %s', (_what, body, handshake) => {
    expect(eventOf(body).handshake).toEqual(handshake);
  });
});

describe('messageVariable', () => {
  it('is the event, its message and how often that came', () => {
    const event = eventOf(registryInsert, { broker: 'pubsub', attributes: { a: 'b' } });
    expect(messageVariable(event, { attempt: 3, broker: 'pubsub' })).toEqual({
      type: 'INSERT',
      source: '',
      subject: '',
      id: '',
      time: '',
      attributes: { a: 'b' },
      attempt: 3n,
      broker: 'pubsub',
      path: [],
    });
  });
});
