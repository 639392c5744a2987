/** What a replica says of its own records, to its peers and to itself. */
import { expect, it } from 'vitest';
import { createOwnAnswers } from '../../../../operator/deliveries/peers/peer-answer.ts';
import { createJournal } from '../../../../operator/deliveries/records/journal.ts';

const START_MS = Date.UTC(2026, 10, 26, 10);
const COUNT = 1_200;

function setUp() {
  const clock = { nowMs: START_MS, now: () => clock.nowMs };
  const journal = createJournal({ maxRecords: 5_000, clock });
  const own = createOwnAnswers({ journal, replica: 'a', servingSinceMs: () => START_MS, clock });
  for (let index = 0; index < COUNT; index++) {
    clock.nowMs += 1;
    journal.add({
      ...{ atMs: clock.nowMs, ms: 1, bytes: 1, type: 'github', origin: 'http', verdict: 'accepted', code: 'Delivered' },
      object: { kind: 'Receiver', namespace: 'apps', name: `r${index % 100}` },
      event: String(index),
    });
  }
  return { own, clock };
}

it('is all of them to itself, and the newest to others', () => {
  const { own } = setUp();
  expect(own.answer({}).items).toHaveLength(COUNT);
  const events = own.answer({}, 1_000).items.map(({ event }) => event);
  expect([events.length, events[0], events.at(-1)]).toEqual([1_000, String(COUNT - 1), String(COUNT - 1_000)]);
});

it('is what came since a moment, of one object', () => {
  const { own, clock } = setUp();
  const object = { kind: 'Receiver', namespace: 'apps', name: 'r7' };
  const { items, replica, recordingSince, servingSince } = own.answer({ object, sinceMs: clock.nowMs - 150 });
  expect(items.map(({ event }) => event)).toEqual(['1107']);
  expect([replica, recordingSince, servingSince]).toEqual([
    'a',
    '2026-11-26T10:00:00.000Z',
    '2026-11-26T10:00:00.000Z',
  ]);
});
