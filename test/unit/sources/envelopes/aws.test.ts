import { describe, expect, it } from 'vitest';
import {
  codecommitRecord,
  ecrPush,
  s3Record,
  s3TestEvent,
  snsConfirmation,
  snsNotification,
  TOPIC,
} from './payloads.ts';
import { eventOf, eventsOf } from './unwrapped.ts';

const PLAIN = { repository: 'webapp' };

describe('sns', () => {
  it('is unwrapped', () => {
    const MessageAttributes = { Team: { Type: 'String', Value: 'apps' }, Bad: { Type: 'String' }, Worse: 'x' };
    expect(eventOf(snsNotification(PLAIN, { MessageAttributes }))).toEqual({
      type: '',
      source: TOPIC,
      subject: 'My First Message',
      id: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
      time: '2026-05-02T00:54:06.655Z',
      attributes: { team: 'apps' },
      req: PLAIN,
      isObject: true,
      path: ['sns'],
    });
  });

  it.each([
    ['text', 'hello', {}],
    ['text that only begins as JSON does', '{hello', {}],
  ])('may carry %s', (_what, message, req) => {
    expect(eventOf(snsNotification(message))).toMatchObject({ req, isObject: false, path: ['sns'] });
  });

  it('may carry base64 and a binary CloudEvent, by its attributes', () => {
    const text = (Value: string) => ({ Type: 'String', Value });
    const MessageAttributes = {
      'content-transfer-encoding': text('base64'),
      'ce-specversion': text('1.0'),
      'ce-type': text('pushed%20'),
    };
    const message = Buffer.from(JSON.stringify(PLAIN)).toString('base64');
    const event = eventOf(snsNotification(message, { MessageAttributes }), { broker: 'http' });
    expect(event).toMatchObject({ type: 'pushed%20', req: PLAIN, path: ['sns', 'cloudevents'] });
  });

  it.each([
    ['another Type', { Type: 'notification' }],
    ['no TopicArn', { TopicArn: undefined }],
    ['a TopicArn that is no string', { TopicArn: 1 }],
    ['no Message', { Message: undefined }],
    ['a Message that is no string', { Message: {} }],
  ])('is left alone with %s', (_what, more) => {
    const body = snsNotification(PLAIN, more);
    expect(eventOf(body)).toMatchObject({ path: [], req: JSON.parse(JSON.stringify(body)) });
  });

  it('knows its handshakes', () => {
    const subscription = snsConfirmation('SubscriptionConfirmation');
    expect(eventOf(subscription)).toMatchObject({
      handshake: { kind: 'sns-subscription', topicArn: TOPIC, subscribeUrl: subscription.SubscribeURL },
      source: TOPIC,
      path: ['sns'],
    });
    const bare = snsConfirmation('SubscriptionConfirmation', { Message: undefined, Token: undefined });
    expect(eventOf(bare).handshake).toMatchObject({ kind: 'sns-subscription', topicArn: TOPIC });
    expect(eventOf(snsConfirmation('UnsubscribeConfirmation')).handshake).toEqual({
      kind: 'sns-unsubscribe',
      topicArn: TOPIC,
    });
    expect(eventOf(snsConfirmation('OtherConfirmation'))).toMatchObject({ path: [], isObject: true });
    expect(eventOf(snsConfirmation('SubscriptionConfirmation', { SubscribeURL: undefined })).handshake).toBeUndefined();
  });
});

describe('eventbridge', () => {
  it('is unwrapped', () => {
    expect(eventOf(ecrPush({ resources: ['arn:aws:codecommit:eu-west-1:111122223333:fleet', 'b'] }))).toEqual({
      type: 'ECR Image Action',
      source: 'aws.ecr',
      subject: 'arn:aws:codecommit:eu-west-1:111122223333:fleet',
      id: '13cde686-328b-6117-af20-0e5566167482',
      time: '2026-11-16T01:54:34Z',
      attributes: { account: '111122223333', region: 'eu-west-1' },
      req: ecrPush().detail,
      isObject: true,
      path: ['eventbridge'],
    });
  });

  it.each([
    ['no detail-type', { 'detail-type': undefined }],
    ['a source that is no string', { source: {} }],
    ['no id', { id: undefined }],
    ['a detail that is text', { detail: '{}' }],
    ['a detail that is a list', { detail: [] }],
    ['a detail that is null', { detail: null }],
  ])('is left alone with %s', (_what, more) => {
    expect(eventOf(ecrPush(more)).path).toEqual([]);
  });

  it('has no subject where it has no resources', () => {
    expect(eventOf(ecrPush({ resources: 'x' })).subject).toBe('');
    expect(eventOf(ecrPush({ resources: [1] })).subject).toBe('');
  });
});

describe('s3', () => {
  it.each([
    ['a+dir%2F%C3%BCber%2Bx.yaml', 'a dir/über+x.yaml'],
    ['prod/app.yaml', 'prod/app.yaml'],
    ['100%', '100%'],
    ['%FF+a', '%FF a'],
  ])('decodes the key %s', (sent, key) => {
    const event = eventOf({ Records: [s3Record(sent)] });
    const record = s3Record(key);
    expect(event).toEqual({
      type: 'ObjectCreated:Put',
      source: 'aws:s3',
      subject: `manifests/${key}`,
      id: '',
      time: '2026-01-03T16:52:01.343Z',
      attributes: {},
      req: record,
      isObject: true,
      path: ['s3'],
    });
  });

  it('takes the prefix off the name of an event', () => {
    expect(eventOf({ Records: [s3Record('k', { eventName: 's3:ObjectRemoved:Delete' })] }).type).toBe(
      'ObjectRemoved:Delete',
    );
  });

  it('gives an event for each record', () => {
    expect(eventsOf({ Records: [s3Record('a'), s3Record('b')] }).map(({ subject }) => subject)).toEqual([
      'manifests/a',
      'manifests/b',
    ]);
  });

  it.each([
    ['no object', { bucket: { name: 'manifests' } }, 'manifests'],
    ['a key that is no string', { bucket: { name: 'manifests' }, object: { key: 1 } }, 'manifests'],
    ['nothing', {}, ''],
  ])('leaves a record with %s as it is', (_what, s3, subject) => {
    const record = s3Record('', { s3 });
    expect(eventOf({ Records: [record] })).toMatchObject({ req: record, subject, path: ['s3'] });
  });

  it.each([
    ['no records', []],
    ['records of two services', [s3Record(), codecommitRecord()]],
    ['a record of another source', [s3Record('k', { eventSource: 'minio:s3' })]],
    ['a record without s3', [s3Record('k', { s3: null })]],
    ['a record that is none', [s3Record(), 1]],
    ['records that are no list', { 0: s3Record() }],
  ])('is left alone with %s', (_what, Records) => {
    expect(eventOf({ Records }).path).toEqual([]);
  });

  it('knows its test event', () => {
    expect(eventOf(s3TestEvent)).toMatchObject({ handshake: { kind: 's3-test', bucket: 'manifests' }, path: ['s3'] });
    expect(eventOf({ ...s3TestEvent, Event: 's3:Other' })).toMatchObject({ path: [], isObject: true });
    expect(eventOf({ ...s3TestEvent, Service: 'S3' }).handshake).toBeUndefined();
  });
});

describe('codecommit', () => {
  it('is unwrapped', () => {
    expect(eventOf({ Records: [codecommitRecord()] })).toEqual({
      type: 'codecommit:push',
      source: 'aws:codecommit',
      subject: 'arn:aws:codecommit:eu-west-1:111122223333:fleet',
      id: '31ade2c7-f889-47c5-a937-1cf99e2790e9',
      time: '2026-02-13T20:37:46.381+0000',
      attributes: {},
      req: codecommitRecord(),
      isObject: true,
      path: ['codecommit'],
    });
  });

  it('is left alone without its object', () => {
    expect(eventOf({ Records: [codecommitRecord({ codecommit: [] })] }).path).toEqual([]);
  });
});
