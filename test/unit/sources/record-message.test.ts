/** What is remembered of messages: one record each, whatever number of attempts. With the real rule and journal. */
import { expect, it } from 'vitest';
import { createKeptBodies } from '../../../operator/deliveries/bodies/kept-bodies.ts';
import { createJournal } from '../../../operator/deliveries/records/journal.ts';
import { recordView } from '../../../operator/deliveries/records/record-view.ts';
import { addTarget } from '../../../operator/deliveries/records/target-outcomes.ts';
import type { MessageNotes } from '../../../operator/receivers/admit-message.ts';
import type { Outcome } from '../../../operator/receivers/notify-message.ts';
import { createAttemptCounts } from '../../../operator/sources/attempt-counts.ts';
import { createKeepMessage } from '../../../operator/sources/keep-message.ts';
import { createLoop } from '../../../operator/sources/loop.ts';
import { createMessageRecorder } from '../../../operator/sources/record-message.ts';
import { createSlots } from '../../../operator/sources/slots.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createMemorySource, memoryMessage } from './memory-source.ts';

const done: Outcome = { outcome: 'done', targets: 1 };
const poison: Outcome = { outcome: 'poison', code: 'FilterFailed', message: 'it failed' };
const failing: Outcome = { outcome: 'failing', code: 'TargetNotFound', message: 'it is missing' };
const away: Outcome = { outcome: 'away', code: 'ApiServerAway', message: 'no answer' };
const BROKER_RECEIVER = {
  metadata: { namespace: 'apps', name: 'ecr' },
  spec: { type: 'sqs', secretRef: { name: 'aws' }, deliveries: { keepBodies: 2 } },
} as const;
const OBJECT = { kind: 'BrokerReceiver', namespace: 'apps', name: 'ecr' };

/** @param learn what an attempt finds out, by its number. */
function setUp(outcomes: readonly Outcome[], learn: (notes: MessageNotes, attempt: number) => void = () => undefined) {
  const clock = createManualClock();
  const journal = createJournal({ maxRecords: 100, clock });
  const bodies = createKeptBodies({ journal, maxBytes: 1_000_000, clock });
  const keep = createKeepMessage({
    bodies,
    object: BROKER_RECEIVER,
    secret: async () => ({ key: Buffer.from('s3cr3t') }),
    receiver: () => undefined,
  });
  const recorderOf = () => createMessageRecorder({ journal, bodies, keep, object: OBJECT, type: 'sqs', clock });
  let recorder = recorderOf();
  const left = [...outcomes];
  const source = createMemorySource({ delays: 'held' });
  const ignore = () => undefined;
  const loop = createLoop({
    source,
    async judge(message, attempt) {
      const notes = recorder?.begin(message);
      if (notes !== undefined) learn(notes, attempt);
      return left.shift() ?? done;
    },
    maxAttempts: 3,
    counts: createAttemptCounts(),
    slots: createSlots(),
    reports: {
      outcome: (message, outcome) => recorder?.ended(message, outcome),
      rejected: ignore,
      failing: ignore,
      away: ignore,
      notSettled: ignore,
    },
    clock,
    random: () => 0.5,
    onRoom: ignore,
    onFreed: ignore,
  });
  const begin = async (id: string, body = '{}') => {
    loop.begin(memoryMessage({ id, body: Buffer.from(body) }, source.told));
    await clock.advance(0);
  };
  const views = () => {
    const records = journal.of(OBJECT);
    return records.map((record) => recordView(record, 'pod', journal, records));
  };
  const change = () => {
    recorder = recorderOf();
  };
  return { clock, journal, begin, views, change };
}

it.each([
  ['done', [done], 'accepted', 'done'],
  ['poison', [poison], 'refused', 'poison'],
  ['failing', [failing], 'pending', 'failing'],
  ['away', [away], 'pending', 'away'],
  ['done at the second attempt', [failing, done], 'accepted', 'done'],
  ['done when the API server is back', [away, away, done], 'accepted', 'done'],
  ['poison after the last attempt', [failing, failing, failing], 'refused', 'poison'],
] as const)('one record of a message that is %s', async (_what, outcomes, verdict, code) => {
  const { clock, begin, views } = setUp(outcomes);
  await begin('m-1', '{"tag":1}');
  if (outcomes.length > 1) await clock.advance(600_000);
  expect(views()).toEqual([
    expect.objectContaining({
      object: OBJECT,
      type: 'sqs',
      origin: 'broker',
      providerId: 'm-1',
      bytes: 9,
      verdict,
      code,
      repeated: 1,
    }),
  ]);
  expect(views()[0]).not.toHaveProperty('status');
});

it('has the targets of the last attempt, and what only that found out', async () => {
  const { clock, begin, views } = setUp([failing, done], (notes, attempt) => {
    if (attempt === 1 && notes.account)
      addTarget(notes.account, { kind: 'Bucket', namespace: 'apps', name: 'a' }, 'failed', { code: 'TargetNotFound' });
    if (attempt === 1) return;
    Object.assign(notes, { event: 'push', announced: { ref: 'v1' }, credential: 'previousToken' });
    if (notes.account)
      addTarget(notes.account, { kind: 'Bucket', namespace: 'apps', name: 'a' }, 'annotated', {
        requestedAt: '2026-11-26T10:00:00Z',
      });
  });
  await begin('m-1');
  const [first] = views();
  expect(first).toMatchObject({
    targets: [{ outcome: 'failed', code: 'TargetNotFound' }],
    targetCounts: { failed: 1 },
  });
  await clock.advance(600_000);
  const [last] = views();
  expect(last).toMatchObject({
    id: first?.id,
    at: first?.at,
    event: 'push',
    announced: { ref: 'v1' },
    credential: 'previousToken',
    targets: [{ ref: 'Bucket/apps/a', outcome: 'annotated', requestedAt: '2026-11-26T10:00:00Z' }],
    targetCounts: { annotated: 1 },
  });
  expect(Date.parse(last?.lastAt ?? '')).toBeGreaterThan(Date.parse(first?.at ?? ''));
});

it('is the same record where the BrokerReceiver is changed between two attempts', async () => {
  const { clock, begin, views, change } = setUp([failing, done]);
  await begin('m-1');
  const [first] = views();
  expect(first?.verdict).toBe('pending');
  change();
  await clock.advance(600_000);
  expect(views()).toEqual([expect.objectContaining({ id: first?.id, verdict: 'accepted' })]);
});

it('names the messages that are folded into one, which another replica may have pending', async () => {
  const { begin, journal } = setUp([poison, poison, poison, poison]);
  for (const id of ['m-1', 'm-2', 'm-3', 'm-2']) await begin(id);
  expect(journal.of(OBJECT)).toEqual([
    expect.objectContaining({ providerId: 'm-1', repeated: 4, foldedIds: ['m-3', 'm-2'] }),
  ]);
});

it('marks a message that comes again after it was done', async () => {
  const { begin, views } = setUp([]);
  await begin('m-1');
  await begin('m-1');
  const [second, first] = views();
  expect(second?.duplicateOf).toBe(first?.id);
});

it('remembers what is given up after others have taken its place', async () => {
  const { clock, begin, views } = setUp([failing, ...Array<Outcome>(20).fill(done), failing, failing]);
  await begin('m-1');
  for (let index = 0; index < 20; index++) await begin(`other-${index}`);
  expect(views().map(({ providerId }) => providerId)).not.toContain('m-1');
  await clock.advance(600_000);
  expect(views()).toHaveLength(21);
  expect(views()).toContainEqual(expect.objectContaining({ providerId: 'm-1', verdict: 'refused', code: 'poison' }));
});

it('is nothing where no records are kept', () => {
  const clock = createManualClock();
  const journal = createJournal({ maxRecords: 0, clock });
  const bodies = createKeptBodies({ journal, maxBytes: 0, clock });
  expect(createMessageRecorder({ journal, bodies, object: OBJECT, type: 'sqs', clock })).toBeUndefined();
});

const byReceiver = (notes: MessageNotes) =>
  Object.assign(notes, { event: 'push', receiver: { namespace: 'apps', name: 'web', type: 'github' } });

it.each<[what: string, outcomes: readonly Outcome[], notes: Partial<MessageNotes>, wanted: object]>([
  ['accepts it', [done], {}, { verdict: 'accepted', code: 'Delivered' }],
  ['refuses it', [poison], { code: 'SignatureMismatch' }, { verdict: 'refused', code: 'SignatureMismatch' }],
  ['does not list its event', [done], { code: 'EventNotListed' }, { verdict: 'ignored', code: 'EventNotListed' }],
  ['ignores its event', [done], { ignored: true }, { verdict: 'ignored', code: 'EventNotListed' }],
  ['is not there yet', [away], { code: 'ReceiverUnavailable' }, { verdict: 'pending', code: 'ReceiverUnavailable' }],
  ['cannot annotate', [away], { code: 'ApiServerAway' }, { verdict: 'pending', code: 'Delivered' }],
  ['accepts it later', [failing, done], {}, { verdict: 'accepted', code: 'Delivered' }],
])('is a delivery of its Receiver too, which %s', async (_what, outcomes, found, wanted) => {
  const { clock, journal, begin, views } = setUp(outcomes, (notes) => Object.assign(byReceiver(notes), found));
  await begin('m-1');
  if (outcomes.length > 1) await clock.advance(600_000);
  const records = journal.of({ kind: 'Receiver', namespace: 'apps', name: 'web' });
  expect(records).toEqual([
    expect.objectContaining({ type: 'github', event: 'push', origin: 'broker', providerId: 'm-1', ...wanted }),
  ]);
  expect(views()).toHaveLength(1);
  // What is learnt of a target later is known of both.
  expect(records[0]?.targets).toBe(journal.of(OBJECT)[0]?.targets);
});

it('has the id that the sender gave it at its Receiver', async () => {
  const { journal, begin, views } = setUp([], (notes) => Object.assign(byReceiver(notes), { providerId: 'guid' }));
  await begin('m-1');
  expect(journal.of({ kind: 'Receiver', namespace: 'apps', name: 'web' })[0]?.providerId).toBe('guid');
  expect(views()[0]?.providerId).toBe('m-1');
});

it.each<[outcome: Outcome, body: string | undefined]>([
  [done, '{"a":1,"said":"[redacted]"}'],
  [poison, undefined],
])('the body of a message that is done is kept, without what the Secret holds: %o', async (outcome, body) => {
  const { clock, journal, begin } = setUp([outcome]);
  await begin('m1', '{"a":1,"said":"it is s3cr3t"}');
  await clock.advance(1_000);
  const kept = journal.of(OBJECT)[0]?.body;
  expect(typeof kept === 'object' ? kept.json.toString() : kept).toBe(body);
});
