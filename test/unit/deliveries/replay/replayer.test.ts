/** Who may replay what, how often, and what is said of it. */
import { describe, expect, it } from 'vitest';
import type { Receiver } from '../../../../operator/api/receiver/receiver.ts';
import { createJournal } from '../../../../operator/deliveries/records/journal.ts';
import type { Delivery, DeliveryRecord, KeptBody } from '../../../../operator/deliveries/records/record.ts';
import { createReplayer } from '../../../../operator/deliveries/replay/replayer.ts';
import { webhookTypes } from '../../../../operator/webhooks/index.ts';
import type { WebhookRequest } from '../../../../operator/webhooks/webhook-type.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const BODY: KeptBody = { json: Buffer.from('{"a":1}'), redacted: true, contentType: 'application/json' };
const receiverOf = (name = 'hook'): Receiver => ({
  metadata: { namespace: 'apps', name, uid: 'u1' },
  spec: { type: 'github', resources: [] },
});

function setUp() {
  const clock = createManualClock();
  const journal = createJournal({ maxRecords: 1_000, clock });
  const add = (more: Partial<Delivery> = {}): DeliveryRecord => {
    const object = { kind: 'Receiver', namespace: 'apps', name: 'hook' };
    const common = { atMs: clock.now(), ms: 1, bytes: 7, type: 'github', event: 'push', code: 'Delivered' };
    const record = journal.add({ ...common, object, origin: 'http', verdict: 'accepted', body: BODY, ...more });
    if (record === undefined) throw new Error('not recorded');
    return record;
  };
  const requests: WebhookRequest[] = [];
  const events: unknown[] = [];
  const verdicts: string[] = [];
  const replayer = createReplayer({
    types: webhookTypes,
    async replay(record, request) {
      requests.push(request);
      return add({ origin: 'replayed', duplicateOf: journal.idOf(record), body: undefined });
    },
    events: { record: (regarding, event) => events.push([regarding.name, event]) },
    clock,
    onReplayed: (verdict) => verdicts.push(verdict),
  });
  return { clock, add, replayer, requests, events, verdicts };
}

describe('a replay', () => {
  it('sends the kept body with its event, and says on the Receiver who asked', async () => {
    const { add, replayer, requests, events, verdicts } = setUp();
    const replay = await replayer.replay(receiverOf(), add(), 'jane');
    expect(replay).toMatchObject({ record: { origin: 'replayed', verdict: 'accepted' } });
    expect(requests).toMatchObject([
      { body: Buffer.from('{"a":1}'), headers: { 'content-type': 'application/json', 'x-github-event': 'push' } },
    ]);
    const note = 'A delivery was replayed by jane: accepted, Delivered';
    expect(events).toEqual([['hook', { type: 'Normal', reason: 'Replayed', note }]]);
    expect(verdicts).toEqual(['accepted']);
  });

  it.each<[what: string, body: KeptBody | undefined]>([
    ['not kept', undefined],
    ['too large', 'TooLarge'],
  ])('of a body that is %s is refused, and costs no turn', async (_what, body) => {
    const { add, replayer, requests } = setUp();
    for (let count = 0; count < 100; count++) {
      expect(await replayer.replay(receiverOf(), add({ body }), 'jane')).toEqual({ refused: 'NoBody' });
    }
    expect(requests).toEqual([]);
    expect(await replayer.replay(receiverOf(), add(), 'jane')).toHaveProperty('record');
  });

  it('is had 60 times a minute by each Receiver', async () => {
    const { clock, add, replayer, requests } = setUp();
    const record = add();
    for (let count = 0; count < 60; count++) await replayer.replay(receiverOf(), record, 'jane');
    await clock.advance(1_500);
    const refused = { refused: 'TooOften', retryAfterSeconds: 59 };
    expect(await replayer.replay(receiverOf(), record, 'jane')).toEqual(refused);
    expect(requests).toHaveLength(60);
    expect(await replayer.replay(receiverOf('other'), record, 'jane')).toHaveProperty('record');
    await clock.advance(58_500);
    expect(await replayer.replay(receiverOf(), record, 'jane')).toHaveProperty('record');
  });
});
