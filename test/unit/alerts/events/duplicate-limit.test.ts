import { expect, test } from 'vitest';
import { createDuplicateLimit } from '../../../../operator/alerts/events/duplicate-limit.ts';
import { parseEvent } from '../../../../operator/alerts/events/parse-event.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const INTERVAL_MS = 300_000;
const event = parseEvent(Buffer.from('{"message":"m","involvedObject":{"kind":"K","name":"n"}}'));

test('the windows of an event follow each other from its first one on', async () => {
  const clock = createManualClock();
  const limit = createDuplicateLimit(INTERVAL_MS, clock);
  const startMs = clock.now();
  expect(limit.take(event)).toEqual({ allowed: true, endsAtMs: startMs + INTERVAL_MS });
  await clock.advance(INTERVAL_MS - 1);
  expect(limit.take(event)).toEqual({ allowed: false, endsAtMs: startMs + INTERVAL_MS });
  await clock.advance(100_001);
  // In the second window, which does not begin with this event.
  expect(limit.take(event)).toEqual({ allowed: true, endsAtMs: startMs + 2 * INTERVAL_MS });
  await clock.advance(INTERVAL_MS - 100_001);
  expect(limit.take(event).allowed).toBe(false);
  await clock.advance(1);
  expect(limit.take(event).allowed).toBe(true);
});

test('an event that nobody sent for two windows starts anew', async () => {
  const clock = createManualClock();
  const limit = createDuplicateLimit(INTERVAL_MS, clock);
  limit.take(event);
  await clock.advance(2.5 * INTERVAL_MS);
  expect(limit.take(event)).toEqual({ allowed: true, endsAtMs: clock.now() + INTERVAL_MS });
});

test('what is asked for again is not forgotten with those that came when it did', async () => {
  const clock = createManualClock();
  const limit = createDuplicateLimit(INTERVAL_MS, clock);
  const others = Array.from({ length: 20 }, (_, index) => ({ ...event, message: `other ${index}` }));
  for (const each of [event, ...others]) limit.take(each);
  const startMs = clock.now();
  for (let step = 1; step <= 4; step += 1) {
    await clock.advance(0.9 * INTERVAL_MS);
    limit.take(event);
  }
  expect(limit.take(event)).toEqual({ allowed: false, endsAtMs: startMs + 4 * INTERVAL_MS });
  // Whether it is forgotten yet or not.
  for (const each of others) expect(limit.take(each)).toEqual({ allowed: true, endsAtMs: clock.now() + INTERVAL_MS });
});
