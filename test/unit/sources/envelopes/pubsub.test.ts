import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pubsubPush, registryInsert } from './payloads.ts';
import { eventOf, poisonOf } from './unwrapped.ts';

const storage = { kind: 'storage#object', bucket: 'manifests', name: 'prod/app.yaml' };
const storageAttributes = { eventType: 'OBJECT_FINALIZE', bucketId: 'manifests', objectId: 'prod/app.yaml' };

describe('pubsub pushed', () => {
  it('is unwrapped', () => {
    expect(eventOf(pubsubPush(storage, { attributes: storageAttributes }), { broker: 'http' })).toEqual({
      type: 'OBJECT_FINALIZE',
      source: '',
      subject: '',
      id: '136969346945',
      time: '2026-01-03T16:52:01.343Z',
      attributes: { eventtype: 'OBJECT_FINALIZE', bucketid: 'manifests', objectid: 'prod/app.yaml' },
      req: storage,
      isObject: true,
      path: ['pubsub'],
    });
  });

  it('has the action of Artifact Registry as its type', () => {
    expect(eventOf(pubsubPush(registryInsert), { broker: 'http' })).toMatchObject({
      type: 'INSERT',
      req: registryInsert,
    });
  });

  it.each([
    ['attributes alone', { data: undefined, attributes: { a: 'b' } }, {}, false],
    ['null for data', { data: null }, {}, false],
    ['no text in data', { data: Buffer.from([0, 255]).toString('base64') }, {}, false],
    ['gzip in data', { data: gzipSync('{"a":1}').toString('base64') }, { a: 1 }, true],
    ['an attribute that is no string', { attributes: { a: 1 } }, {}, true],
  ])('may have %s', (_what, message, req, isObject) => {
    expect(eventOf(pubsubPush({}, message))).toMatchObject({ path: ['pubsub'], req, isObject });
  });

  it.each([['***'], ['e30'], [1], [{}]])('with %j as data is poison', (data) => {
    expect(poisonOf(pubsubPush({}, { data }))).toBe('EncodingBroken: message.data of the Pub/Sub push is not base64');
  });

  it.each([
    ['no subscription', { message: { data: 'e30=' } }],
    ['a subscription that is no string', { message: { data: 'e30=' }, subscription: 1 }],
    ['a message that is text', { message: 'e30=', subscription: 's' }],
    ['a message with neither data nor attributes', { message: { messageId: '1' }, subscription: 's' }],
  ])('is left alone with %s', (_what, body) => {
    expect(eventOf(body)).toMatchObject({ path: [], req: body });
  });

  it('carries binary CloudEvents by its attributes, in which nothing is percent-encoded', () => {
    const attributes = { 'ce-specversion': '1.0', 'ce-type': 'a%20b' };
    const event = eventOf(pubsubPush({ a: 1 }, { attributes }), { broker: 'http' });
    expect(event).toMatchObject({ type: 'a%20b', path: ['pubsub', 'cloudevents'], req: { a: 1 } });
  });
});

describe('pubsub pulled', () => {
  it.each([
    ['Cloud Storage', storage, storageAttributes, 'OBJECT_FINALIZE'],
    ['Artifact Registry', registryInsert, {}, 'INSERT'],
    ['Artifact Registry, of a deleted tag', { action: 'DELETE', tag: 't' }, {}, 'DELETE'],
    ['an action beside other keys', { ...registryInsert, more: 1 }, {}, ''],
    ['an action that is no string', { action: 1 }, {}, ''],
    ['nothing', {}, {}, ''],
    ['both', registryInsert, { eventType: 'X' }, 'X'],
  ])('has the type of %s', (_what, body, attributes, type) => {
    expect(eventOf(body, { broker: 'pubsub', attributes })).toMatchObject({ type, req: body, path: [] });
  });

  it('gives its words to no other broker', () => {
    expect(eventOf(registryInsert, { broker: 'sqs', attributes: { eventType: 'X' } }).type).toBe('');
  });

  it('reads the headers of a push without an envelope', () => {
    const attributes = { 'X-Goog-Pubsub-Message-Id': '17', 'x-goog-pubsub-publish-time': '2026-01-03T16:52:01Z' };
    expect(eventOf(registryInsert, { broker: 'pubsub', attributes })).toMatchObject({
      type: 'INSERT',
      id: '17',
      time: '2026-01-03T16:52:01Z',
    });
  });
});
