import { AckPolicy } from '@nats-io/jetstream';
import { expect, test } from 'vitest';
import { addCommand, readConsumer } from '../../../../../operator/sources/brokers/nats/consumer-settings.ts';

const SECOND_NS = 1_000_000_000;
const block = { servers: ['nats://nats'], stream: 'FLUX', consumer: 'sluice' };
const config = { durable_name: 'sluice', ack_policy: AckPolicy.Explicit, ack_wait: 30 * SECOND_NS };
const NONE = Number.POSITIVE_INFINITY;
const plain = { extendEveryMs: 15_000, maxDeliver: NONE, maxBatch: NONE, maxWaitMs: NONE, notes: [] };

test.each([
  ['nothing set', {}, {}],
  ['no limits, as the server writes them', { max_deliver: -1, max_batch: 0, max_ack_pending: -1, max_expires: 0 }, {}],
  ['ack_wait', { ack_wait: SECOND_NS }, { extendEveryMs: 500 }],
  ['a first delivery with less time', { backoff: [2 * SECOND_NS, 60 * SECOND_NS] }, { extendEveryMs: 1_000 }],
  ['no time at all', { ack_wait: 1 }, { extendEveryMs: 50 }],
  ['enough deliveries', { max_deliver: 10 }, { maxDeliver: 10 }],
  ['few', { max_deliver: 9 }, { maxDeliver: 9, notes: ['max_deliver of the consumer is 9, set it to 10 or more'] }],
  ['limits of a request', { max_batch: 5, max_expires: SECOND_NS }, { maxBatch: 5, maxWaitMs: 1_000 }],
  ['few unacknowledged', { max_ack_pending: 2 }, { maxBatch: 2 }],
])('%s', (_, changed, expected) => {
  expect(readConsumer({ ...config, ...changed }, block)).toEqual({ ...plain, ...expected });
});

test.each([
  [{ deliver_subject: 'out' }, 'is a push consumer'],
  [{ ack_policy: AckPolicy.All }, 'has the acknowledgement policy all, not explicit'],
  [{ durable_name: '' }, 'is not durable'],
])('%j cannot be used', (changed, fault) => {
  expect(() => readConsumer({ ...config, ...changed }, block)).toThrow(
    expect.objectContaining({
      code: 'SourceUnsuitable',
      message: `consumer sluice of stream FLUX ${fault}: make another with: ${addCommand(block)}`,
    }),
  );
});
