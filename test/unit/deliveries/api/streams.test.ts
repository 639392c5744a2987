/** Streams of deliveries over real sockets: when they speak, what of other replicas they have, and whom they lose. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../../../operator/deliveries/api/access.ts';
import { createStreams } from '../../../../operator/deliveries/api/streams.ts';
import { createJournal } from '../../../../operator/deliveries/records/journal.ts';
import type { Delivery, ObjectRef } from '../../../../operator/deliveries/records/record.ts';
import type { RecordView } from '../../../../operator/deliveries/records/record-view.ts';
import { openEventStream } from '../../../support/deliveries/event-stream.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const objectOf = (name: string): ObjectRef => ({ kind: 'Receiver', namespace: 'apps', name });

async function setUp({
  others = [] as RecordView[],
  object = undefined as ObjectRef | undefined,
  answered = Promise.resolve(),
} = {}) {
  const clock = createManualClock();
  const journal = createJournal({ maxRecords: 5_000, clock });
  const peers = { asked: [] as (number | undefined)[], items: others };
  const streams = createStreams({
    journal,
    replica: 'here',
    clock,
    log: pino({ level: 'silent' }),
    records: {
      enabled: true,
      async ask({ sinceMs } = {}) {
        peers.asked.push(sinceMs);
        const { items } = peers;
        await answered;
        return { items, partial: [], recordingSince: {}, servingSince: {} };
      },
    },
  });
  const access = { allowed: true, known: true };
  const caller: Caller = { user: 'jane', may: async () => access.allowed, isKnown: async () => access.known };
  const server = createServer((request, response) => {
    const header = request.headers['last-event-id'];
    const lastEventId = typeof header === 'string' ? header : undefined;
    void streams.open({ caller, response, object, lastEventId });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    streams.stop();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const add = (delivery: Partial<Delivery> = {}) =>
    journal.add({
      atMs: clock.now(),
      ...{ ms: 1, bytes: 10, object: objectOf('web'), type: 'github', origin: 'http', verdict: 'accepted' },
      ...{ code: 'Delivered', status: 200 },
      ...delivery,
    });
  return { clock, journal, streams, peers, access, port, add, url: `http://127.0.0.1:${port}/` };
}

/** A record of another replica. */
function recordOf(id: string, more: Partial<RecordView> = {}): RecordView {
  const at = '2026-01-02T15:04:05.000Z';
  return {
    ...{ id, at, lastAt: at, ms: 1, bytes: 1, replica: 'there', object: objectOf('web'), type: 'github' },
    ...{ origin: 'http', verdict: 'pending', code: 'Delivered', repeated: 1, targets: [], targetCounts: {} },
    ...more,
  };
}

describe('a stream', () => {
  it('comments every 15 s, so that nobody takes it for dead', async () => {
    const { clock, url } = await setUp();
    const stream = await openEventStream(url);
    await expect.poll(() => stream.text()).toBe(': deliveries follow\n\n');
    await clock.advance(15_000);
    await clock.advance(15_000);
    await expect.poll(() => stream.text()).toBe(`: deliveries follow\n\n${': still here\n\n'.repeat(2)}`);
  });

  it('has one event of what a flood folds into one record', async () => {
    const { clock, add, url } = await setUp();
    const stream = await openEventStream(url);
    for (let index = 0; index < 1_000; index++) add({ verdict: 'refused', code: 'SignatureMismatch' });
    await clock.advance(100);
    await expect.poll(() => stream.records.map(({ repeated }) => repeated)).toEqual([1_000]);
  });

  it('sends a record again when it has changed', async () => {
    const { clock, journal, add, url } = await setUp();
    const stream = await openEventStream(url);
    const record = add({ verdict: 'pending' });
    await clock.advance(100);
    if (record === undefined) throw new Error('nothing was recorded');
    record.verdict = 'accepted';
    journal.changed(record);
    await clock.advance(100);
    await expect.poll(() => stream.records.map(({ verdict }) => verdict)).toEqual(['pending', 'accepted']);
    expect(new Set(stream.ids).size).toBe(1);
  });

  it('has what other replicas record within 3 s, each state once', async () => {
    const { clock, peers, url } = await setUp({ others: [recordOf('2'.repeat(28)), recordOf('1'.repeat(28))] });
    const stream = await openEventStream(url);
    await clock.advance(3_000);
    await expect.poll(() => stream.ids).toEqual(['1'.repeat(28), '2'.repeat(28)]);
    peers.items = [recordOf('2'.repeat(28), { verdict: 'accepted' }), recordOf('1'.repeat(28))];
    await clock.advance(3_000);
    await expect.poll(() => stream.records.map(({ verdict }) => verdict)).toEqual(['pending', 'pending', 'accepted']);
    // It looks back a little: what came late would be lost.
    expect(peers.asked.every((sinceMs) => sinceMs !== undefined && sinceMs < clock.now())).toBe(true);
    stream.close();
    await expect.poll(() => clock.pendingTimers).toBe(0);
  });

  it('that goes on has no older state of a record after a newer one', async () => {
    const gate = Promise.withResolvers<void>();
    const { clock, journal, peers, add, url } = await setUp({ answered: gate.promise });
    const record = add({ verdict: 'pending' });
    if (record === undefined) throw new Error('nothing was recorded');
    peers.items = [recordOf(journal.idOf(record), { replica: 'here' }), recordOf('z'.repeat(28))];
    const stream = await openEventStream(url, { 'last-event-id': '0'.repeat(28) });
    await expect.poll(() => peers.asked.length).toBe(1);
    record.verdict = 'accepted';
    journal.changed(record);
    await clock.advance(100);
    await expect.poll(() => stream.records.map(({ verdict }) => verdict)).toEqual(['accepted']);
    gate.resolve();
    await expect.poll(() => stream.ids).toContain('z'.repeat(28));
    expect(stream.records.filter(({ replica }) => replica === 'here').map(({ verdict }) => verdict)).toEqual([
      'accepted',
      'accepted',
    ]);
  });

  it('of an object has no other, though that has the same name', async () => {
    const { clock, add, url } = await setUp({ object: objectOf('web') });
    const stream = await openEventStream(url);
    add({ object: objectOf('other') });
    add({ object: { ...objectOf('web'), namespace: 'elsewhere' } });
    add({ object: { ...objectOf('web'), kind: 'Alert' } });
    add();
    await clock.advance(100);
    await expect.poll(() => stream.records.map(({ object }) => object)).toEqual([objectOf('web')]);
  });

  it('takes what is no id of its own for a first visit', async () => {
    const { clock, add, url } = await setUp({ others: [recordOf('1'.repeat(28), { replica: 'here' })] });
    const stream = await openEventStream(url, { 'last-event-id': "'; drop" });
    add();
    await clock.advance(100);
    await expect.poll(() => stream.records.map(({ replica }) => replica)).toEqual(['here']);
    expect(stream.ids).not.toContain('1'.repeat(28));
  });

  it('sends nothing that the caller may not see', async () => {
    const { clock, access, add, url } = await setUp();
    const stream = await openEventStream(url);
    access.allowed = false;
    add({ event: 'hidden' });
    await clock.advance(100);
    access.allowed = true;
    add({ event: 'shown' });
    await clock.advance(100);
    await expect.poll(() => stream.records.map(({ event }) => event)).toEqual(['shown']);
  });

  it('ends when the token is no longer good, or the right to its object is gone', async () => {
    const ofAll = await setUp();
    const stream = await openEventStream(ofAll.url);
    ofAll.access.known = false;
    await ofAll.clock.advance(15_000);
    await expect.poll(() => stream.ended()).toBe(true);
    const ofOne = await setUp({ object: objectOf('web') });
    const other = await openEventStream(ofOne.url);
    ofOne.access.allowed = false;
    await ofOne.clock.advance(15_000);
    await expect.poll(() => other.ended()).toBe(true);
    await expect.poll(() => ofOne.streams.count).toBe(0);
  });

  it('that is not read is given up, and holds up no other', async () => {
    const { clock, streams, port, add, url } = await setUp();
    const slow = connect(port, '127.0.0.1');
    slow.on('error', () => {});
    ends.push(() => slow.destroy());
    await once(slow, 'connect');
    slow.pause();
    slow.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await expect.poll(() => streams.count).toBe(1);
    const stream = await openEventStream(url);
    expect(streams.count).toBe(2);
    let sent = 0;
    await expect
      .poll(async () => {
        for (let index = 0; index < 500; index++) {
          sent += 1;
          add({ object: objectOf(`web-${sent % 1_000}`), userAgent: 'a'.repeat(256), event: `push ${sent}` });
        }
        await clock.advance(100);
        return streams.count;
      })
      .toBe(1);
    await expect.poll(() => stream.records.at(-1)?.event).toBe(`push ${sent}`);
    expect(stream.records).toHaveLength(sent);
  });
});
