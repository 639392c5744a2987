/** Which bodies are kept, of which records, and which goes first. */
import { describe, expect, it } from 'vitest';
import { copyBody } from '../../../../operator/deliveries/bodies/copy-body.ts';
import { createKeptBodies } from '../../../../operator/deliveries/bodies/kept-bodies.ts';
import { readSeen } from '../../../../operator/deliveries/bodies/seen-beside.ts';
import { createJournal } from '../../../../operator/deliveries/records/journal.ts';
import type { Delivery, DeliveryRecord } from '../../../../operator/deliveries/records/record.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const JSON_TYPE = 'application/json';
/** Long enough for whatever waits to be read. */
const SOON_MS = 10_000;

function setUp({ maxBytes = 1_000_000, maxRecords = 100 } = {}) {
  const clock = createManualClock();
  const journal = createJournal({ maxRecords, clock });
  const bodies = createKeptBodies({ journal, maxBytes, clock });
  const add = (delivery: Partial<Delivery> = {}, name = 'web') => {
    const record = journal.add({
      ...{ atMs: clock.now(), ms: 1, bytes: 1, type: 'github', origin: 'http', verdict: 'accepted', code: 'Delivered' },
      object: { kind: 'Receiver', namespace: 'apps', name },
      ...delivery,
    });
    if (record === undefined) throw new Error('not recorded');
    return record;
  };
  const hand = (record: DeliveryRecord, body: string, count = 2, contentType = JSON_TYPE) => {
    const copy = copyBody(Buffer.from(body), contentType, { count, secrets: [] });
    if (copy === undefined || copy === 'TooLarge') throw new Error('not copied');
    bodies.keep(record, copy);
  };
  const keep = async (body: string, name = 'web', count = 2) => {
    const record = add({}, name);
    hand(record, body, count);
    await clock.advance(SOON_MS);
    return record;
  };
  return { clock, journal, bodies, add, hand, keep };
}

const textOf = ({ body }: DeliveryRecord) => (typeof body === 'object' ? body.json.toString() : body);

describe('a body', () => {
  it.each([
    ['JSON', '{"a":1}', JSON_TYPE, '{"a":1}', JSON_TYPE],
    ['a list', '[1]', 'text/plain', '[1]', 'text/plain'],
    [
      'JSON in a form',
      `payload=${encodeURIComponent('{"a":"b c"}')}`,
      'application/x-www-form-urlencoded',
      '{"a":"b c"}',
      JSON_TYPE,
    ],
  ])('that is %s is kept', async (_what, body, contentType, json, kept) => {
    const { clock, add, hand, bodies } = setUp();
    const record = add();
    hand(record, body, 2, contentType);
    await clock.advance(SOON_MS);
    expect(record.body).toEqual({ json: Buffer.from(json), redacted: false, contentType: kept });
    expect(bodies.bytes).toBe(json.length);
  });

  it('is kept with what filters see beside it, redacted by the same rules, and both count', async () => {
    const { clock, add, bodies } = setUp();
    const record = add();
    const seen = {
      headers: { 'ce-source': 'https://me:pass@git.example.com/?a=b', 'ce-type': 'pushed', 'ce-accesstoken': 'abc' },
      claims: { sub: 'repo:apps/web', note: 'it holds the-secret' },
    };
    bodies.keep(record, copyBody(Buffer.from('{}'), JSON_TYPE, { count: 1, secrets: ['the-secret'] }, seen));
    await clock.advance(SOON_MS);
    if (typeof record.body !== 'object') throw new Error('not kept');
    expect(record.body).toMatchObject({ json: Buffer.from('{}'), redacted: true });
    expect(readSeen(record.body.seen)).toEqual({
      headers: {
        'ce-source': 'https://[redacted]@git.example.com/?[redacted]',
        'ce-type': 'pushed',
        'ce-accesstoken': '[redacted]',
      },
      claims: { sub: 'repo:apps/web', note: '[redacted]' },
    });
    expect(bodies.bytes).toBe(2 + (record.body.seen?.length ?? 0));
  });

  it('that is judged by more beside it than is kept is not kept', () => {
    const wanted = { count: 1, secrets: [] };
    const headers = { 'ce-more': 'x'.repeat(16 * 1024) };
    expect(copyBody(Buffer.from('{}'), JSON_TYPE, wanted, { headers })).toBe('TooLarge');
    expect(copyBody(Buffer.from('{}'), JSON_TYPE, wanted, { headers: {} })).toMatchObject({ seen: undefined });
  });

  it.each([
    ['no JSON', 'hello'],
    ['no object or list', '"text"'],
    ['JSON with a number that no filter can read', '{"a":1e400}'],
  ])('that is %s is not kept', async (_what, body) => {
    const { keep, bodies } = setUp();
    expect((await keep(body)).body).toBeUndefined();
    expect(bodies.bytes).toBe(0);
  });

  it('that grows too large when it is redacted is not kept', async () => {
    const many = `[${Array.from({ length: 5_000 }, () => '{"key":1}').join(',')}]`;
    expect((await setUp().keep(many)).body).toBe('TooLarge');
  });

  it('is read once the flow is done, and listeners hear of it', async () => {
    const { clock, journal, add, hand } = setUp();
    const heard: unknown[] = [];
    journal.subscribe((record, change) => heard.push([change, textOf(record)]));
    const record = add();
    hand(record, '{}');
    expect(record.body).toBeUndefined();
    await clock.advance(SOON_MS);
    expect(heard).toEqual([
      ['added', undefined],
      ['changed', '{}'],
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('of a request that is given up is not kept', async () => {
    const { clock, journal, add, hand, bodies } = setUp();
    const [early, late] = [add({ verdict: 'pending' }), add({ verdict: 'pending' })];
    hand(early, '{"a":1}');
    await clock.advance(SOON_MS);
    hand(late, '{"b":1}');
    for (const record of [early, late]) {
      record.verdict = 'refused';
      journal.changed(record);
    }
    await clock.advance(SOON_MS);
    expect([early.body, late.body, bodies.bytes]).toEqual([undefined, undefined, 0]);
  });
});

describe('what goes', () => {
  it('is the oldest of an object that has enough', async () => {
    const { keep } = setUp();
    const other = await keep('{"other":0}', 'other');
    const records = [await keep('{"n":1}'), await keep('{"n":2}'), await keep('{"n":3}')];
    expect(records.map(textOf)).toEqual([undefined, '{"n":2}', '{"n":3}']);
    expect(textOf(other)).toBe('{"other":0}');
  });

  it('is the oldest of all where the memory is full', async () => {
    const { keep, bodies } = setUp({ maxBytes: 15 });
    const records = [await keep('{"n":1}', 'a'), await keep('{"n":2}', 'b'), await keep('{"n":3}', 'c')];
    expect(records.map(textOf)).toEqual([undefined, '{"n":2}', '{"n":3}']);
    expect(bodies.bytes).toBe(14);
    expect((await keep('{"n":"too large for it"}')).body).toBe('TooLarge');
  });

  it('goes with its record', async () => {
    const { keep, add, bodies } = setUp({ maxRecords: 2 });
    const record = await keep('{"n":1}');
    add();
    add();
    expect([record.body, bodies.bytes]).toEqual([undefined, 0]);
  });

  it('goes with the wish for it, what waits included', async () => {
    const { clock, keep, add, hand, bodies } = setUp();
    const records = [await keep('{"n":1}'), await keep('{"n":2}')];
    bodies.limit('Receiver', 'apps/web', 1);
    expect(records.map(textOf)).toEqual([undefined, '{"n":2}']);
    const waiting = add();
    hand(waiting, '{"n":3}');
    bodies.limit('Receiver', 'apps/web', 0);
    await clock.advance(SOON_MS);
    expect([...records, waiting].map(textOf)).toEqual([undefined, undefined, undefined]);
    expect(bodies.bytes).toBe(0);
  });

  it('is what a busy object would not have kept anyway', async () => {
    const { clock, add, hand } = setUp({ maxRecords: 1_000 });
    const quiet = add({}, 'quiet');
    hand(quiet, '{"n":0}');
    const busy = Array.from({ length: 10 }, (_, index) => {
      const record = add();
      hand(record, `{"n":${index}}`);
      return record;
    });
    await clock.advance(SOON_MS);
    expect(textOf(quiet)).toBe('{"n":0}');
    expect(busy.map(textOf).filter(Boolean)).toEqual(['{"n":8}', '{"n":9}']);
  });

  it('is nothing while many objects have many at once, as far as there is memory', async () => {
    const { clock, add, hand } = setUp({ maxRecords: 1_000 });
    const many = Array.from({ length: 200 }, (_, index) => {
      const record = add({}, `many-${index % 20}`);
      hand(record, `{"n":${index}}`, 10);
      return record;
    });
    await clock.advance(SOON_MS);
    expect(many.filter(({ body }) => body === undefined)).toEqual([]);
  });

  it('is the oldest that waits, where there is none', async () => {
    // A copy takes some memory beside its body.
    const { clock, add, hand } = setUp({ maxBytes: 10_000 });
    const many = Array.from({ length: 10 }, (_, index) => {
      const record = add({}, `many-${index}`);
      hand(record, `{"n":${index},"long":"${'x'.repeat(2_000)}"}`);
      return record;
    });
    await clock.advance(SOON_MS);
    expect(many.map(({ body }) => body !== undefined)).toEqual([...Array(7).fill(false), true, true, true]);
  });
});

it('a body is copied where it is wanted, and within its limit', () => {
  const wanted = { count: 1, secrets: [] };
  const body = Buffer.alloc(65_536, 0x20);
  const copy = copyBody(body, JSON_TYPE, wanted);
  body.fill(0);
  expect(copy).toMatchObject({ contentType: JSON_TYPE, bytes: Buffer.alloc(65_536, 0x20) });
  expect(copyBody(Buffer.alloc(65_537), JSON_TYPE, wanted)).toBe('TooLarge');
  expect(copyBody(body, JSON_TYPE, undefined)).toBeUndefined();
  expect(copyBody(Buffer.alloc(0), JSON_TYPE, wanted)).toBeUndefined();
});
