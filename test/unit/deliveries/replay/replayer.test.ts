/** Who may replay what, how often, and what is said of it. */
import { describe, expect, it } from 'vitest';
import type { Receiver } from '../../../../operator/api/receiver/receiver.ts';
import { createJournal } from '../../../../operator/deliveries/records/journal.ts';
import { createReplayer, type DeliveryToReplay } from '../../../../operator/deliveries/replay/replayer.ts';
import { webhookTypes } from '../../../../operator/webhooks/index.ts';
import type { WebhookRequest } from '../../../../operator/webhooks/webhook-type.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const object = { kind: 'Receiver', namespace: 'apps', name: 'hook' };
const body = { json: Buffer.from('{"a":1}'), redacted: true, contentType: 'application/json' };
/** Of another replica: it is none of this one's records. */
const delivery: DeliveryToReplay = { id: 'elsewhere', object, type: 'github', event: 'push', body };
const receiverOf = (name = 'hook'): Receiver => ({
  metadata: { namespace: 'apps', name, uid: 'u1' },
  spec: { type: 'github', resources: [] },
});

function setUp(maxRecords = 1_000) {
  const clock = createManualClock();
  const journal = createJournal({ maxRecords, clock });
  const requests: WebhookRequest[] = [];
  const events: unknown[] = [];
  const verdicts: string[] = [];
  const replayer = createReplayer({
    types: webhookTypes,
    async replay({ id, type }, { request }) {
      requests.push(request);
      const common = { atMs: clock.now(), ms: 1, bytes: 7, object, type, code: 'Delivered' };
      return journal.add({ ...common, origin: 'replayed', verdict: 'accepted', duplicateOf: id });
    },
    events: { record: (regarding, event) => events.push([regarding.name, event]) },
    clock,
    onReplayed: (verdict) => verdicts.push(verdict),
  });
  return { clock, replayer, requests, events, verdicts };
}

describe('a replay', () => {
  it('sends the kept body with its event, and says on the Receiver who asked', async () => {
    const { replayer, requests, events, verdicts } = setUp();
    const replay = await replayer.replay(receiverOf(), delivery, 'jane');
    expect(replay).toMatchObject({ record: { origin: 'replayed', verdict: 'accepted', duplicateOf: 'elsewhere' } });
    expect(requests).toMatchObject([
      { body: Buffer.from('{"a":1}'), headers: { 'content-type': 'application/json', 'x-github-event': 'push' } },
    ]);
    const note = 'A delivery was replayed by jane: accepted, Delivered';
    expect(events).toEqual([['hook', { type: 'Normal', reason: 'Replayed', note }]]);
    expect(verdicts).toEqual(['accepted']);
  });

  it('leaves no trace where no records are kept', async () => {
    const { replayer, events, verdicts } = setUp(0);
    expect(await replayer.replay(receiverOf(), delivery, 'jane')).toEqual({ refused: 'NoRecord' });
    expect([events, verdicts]).toEqual([[], []]);
  });

  it('is had 60 times a minute by each Receiver', async () => {
    const { clock, replayer, requests } = setUp();
    for (let count = 0; count < 60; count++) await replayer.replay(receiverOf(), delivery, 'jane');
    await clock.advance(1_500);
    const refused = { refused: 'TooOften', retryAfterSeconds: 59 };
    expect(await replayer.replay(receiverOf(), delivery, 'jane')).toEqual(refused);
    expect(requests).toHaveLength(60);
    expect(await replayer.replay(receiverOf('other'), delivery, 'jane')).toHaveProperty('record');
    await clock.advance(58_500);
    expect(await replayer.replay(receiverOf(), delivery, 'jane')).toHaveProperty('record');
  });
});
