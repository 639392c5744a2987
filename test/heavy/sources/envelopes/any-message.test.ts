/** Whatever is sent: unwrapping gives events in plain form, or throws that the message is poison. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PoisonError, unwrap } from '../../../../operator/sources/envelopes/unwrap.ts';
import {
  acrPush,
  cloudEvent,
  codecommitRecord,
  ecrPush,
  eventgridValidation,
  pubsubPush,
  s3Record,
  s3TestEvent,
  snsConfirmation,
  snsNotification,
} from '../../../unit/sources/envelopes/payloads.ts';

const wrappers: readonly ((inner: unknown) => unknown)[] = [
  (inner) => snsNotification(inner),
  (inner) => ecrPush({ detail: inner }),
  (inner) => cloudEvent({ data: inner }),
  (inner) => cloudEvent({ data: undefined, data_base64: Buffer.from(JSON.stringify(inner) ?? '').toString('base64') }),
  (inner) => [cloudEvent({ data: inner }), cloudEvent()],
  (inner) => pubsubPush(inner),
  (inner) => acrPush({ data: inner }),
  (inner) => ({ Records: [inner] }),
];
const known: readonly unknown[] = [
  ...[acrPush(), cloudEvent(), ecrPush(), eventgridValidation, s3TestEvent, { Records: [s3Record(), s3Record()] }],
  ...[{ Records: [codecommitRecord()] }, snsConfirmation('SubscriptionConfirmation'), pubsubPush({ action: 'INSERT' })],
];
const wrapped = fc
  .tuple(fc.oneof(fc.constantFrom(...known), fc.jsonValue()), fc.array(fc.constantFrom(...wrappers), { maxLength: 6 }))
  .map(([inner, by]) => by.reduce((payload, wrap) => wrap(payload), inner));
/** One field is another than it should be. */
const almost = fc.tuple(wrapped, fc.nat(), fc.jsonValue()).map(([payload, at, value]) => {
  if (typeof payload !== 'object' || payload === null) return payload;
  const names = Object.keys(payload);
  const name = names[at % Math.max(names.length, 1)];
  return name === undefined ? payload : { ...payload, [name]: value };
});
const body = fc.oneof(
  fc.oneof(wrapped, almost).map((payload) => Buffer.from(JSON.stringify(payload) ?? '')),
  wrapped.map((payload) => gzipSync(JSON.stringify(payload) ?? '')),
  wrapped.map((payload) => Buffer.from(Buffer.from(JSON.stringify(payload) ?? '').toString('base64'))),
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
);
const attributes = fc.dictionary(
  fc.constantFrom(
    ...['content-type', 'content-encoding', 'content-transfer-encoding', 'ce-specversion', 'CE-Type', 'ce_specversion'],
    ...['cloudEvents:specversion', 'cloudEvents_type', 'eventType', '__proto__', 'x-goog-pubsub-message-id'],
  ),
  fc.oneof(
    fc.string(),
    fc.constantFrom('application/cloudevents+json', 'application/cloudevents-batch+json', 'gzip', 'base64', '1.0'),
  ),
  { noNullPrototype: true },
);
const input = fc.record({
  body,
  attributes,
  broker: fc.constantFrom('http', 'sqs', 'pubsub', 'nats', 'kafka', 'rabbitmq'),
  format: fc.constantFrom('auto', 'json'),
  proved: fc.constantFrom('sns', undefined),
});

it('gives plain events, or throws a PoisonError', () => {
  let deepest = 0;
  fc.assert(
    fc.property(input, (message) => {
      try {
        for (const event of unwrap(message as Parameters<typeof unwrap>[0])) {
          const { req, isObject, path, attributes: named, type, source, subject, id, time } = event;
          for (const text of [type, source, subject, id, time, ...path]) expect(text).toBeTypeOf('string');
          for (const value of Object.values(named)) expect(value).toBeTypeOf('string');
          for (const plain of [req, named]) expect(Object.getPrototypeOf(plain)).toBe(Object.prototype);
          expect(path.length).toBeLessThanOrEqual(4);
          if (!isObject) expect(req).toEqual({});
          if (message.proved !== undefined && path.length > 0) expect(path[0]).toBe('sns');
          if (message.format === 'json') expect(path).toEqual([]);
          deepest = Math.max(deepest, path.length);
        }
      } catch (error) {
        if (!(error instanceof PoisonError)) throw error;
      }
    }),
    { numRuns: 2_000 },
  );
  expect(deepest).toBe(4);
});
