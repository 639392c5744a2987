/** What is remembered of deliveries, in which order it is forgotten, and how alike refusals are folded. */
import { describe, expect, it } from 'vitest';
import { createJournal } from '../../../../operator/deliveries/records/journal.ts';
import type { Delivery } from '../../../../operator/deliveries/records/record.ts';
import { recordView } from '../../../../operator/deliveries/records/record-view.ts';

const START_MS = Date.UTC(2026, 10, 26, 10);
const HOUR_MS = 3_600_000;

function setUp(maxRecords = 100) {
  const clock = { nowMs: START_MS, now: () => clock.nowMs };
  const repeated: string[] = [];
  const journal = createJournal({ maxRecords, clock, onDuplicate: (type) => repeated.push(type) });
  const changes: string[] = [];
  journal.subscribe(({ code, repeated: count }, change) => changes.push(`${change} ${code} ${count}`));
  const objectOf = (name: string) => ({ kind: 'Receiver', namespace: 'apps', name });
  const add = (delivery: Partial<Delivery> = {}, name = 'web') =>
    journal.add({
      atMs: clock.nowMs,
      ms: 1.23,
      bytes: 10,
      object: objectOf(name),
      type: 'github',
      origin: 'http',
      verdict: 'accepted',
      code: 'Delivered',
      status: 200,
      ...delivery,
    });
  const refuse = (delivery: Partial<Delivery> = {}, name = 'web') =>
    add({ verdict: 'refused', code: 'SignatureMismatch', status: 400, ...delivery }, name);
  const of = (name = 'web') => journal.of(objectOf(name));
  const views = (name = 'web') => of(name).map((record) => recordView(record, 'a', journal, of(name)));
  return { clock, journal, changes, repeated, add, refuse, of, views, objectOf };
}

describe('the journal', () => {
  it('remembers the last 20 of an object that are not refused, and the last 20 that are', () => {
    const { clock, add, refuse, of } = setUp();
    for (let index = 0; index < 25; index++) {
      clock.nowMs += 1;
      add({ event: `push ${index}` });
    }
    for (let index = 0; index < 25; index++) refuse({ event: `forged ${index}` });
    const events = of().map(({ event }) => event);
    expect(events).toHaveLength(40);
    expect(events).toContain('push 5');
    expect(events).not.toContain('push 4');
    expect(events).toContain('forged 24');
    expect(events).not.toContain('forged 4');
  });

  it('knows when the last three came of those that are folded', () => {
    const { clock, refuse, of } = setUp();
    const times = () => of()[0]?.recentAtMs?.map((atMs) => atMs - START_MS);
    for (let index = 0; index < 5; index++) {
      refuse();
      clock.nowMs += 1;
      if (index === 1) expect(times()).toBeUndefined();
      if (index === 2) expect(times()).toEqual([2, 1, 0]);
    }
    expect(times()).toEqual([4, 3, 2]);
  });

  it('keeps what is replayed or made up for apart', () => {
    const { add, of } = setUp();
    for (let index = 0; index < 21; index++) {
      add({ origin: 'replayed' });
      add({ origin: 'catch-up', verdict: 'refused' });
    }
    add();
    expect(of().filter(({ origin }) => origin === 'http')).toHaveLength(1);
    expect(of()).toHaveLength(21);
  });

  it('folds refusals of the same code and event within a minute of the first', () => {
    const { clock, refuse, of, changes } = setUp();
    refuse({ event: 'push' });
    clock.nowMs += 59_999;
    refuse({ event: 'push' });
    refuse({ event: 'ping' });
    refuse({ event: 'push', code: 'SignatureMissing' });
    clock.nowMs += 1;
    refuse({ event: 'push' });
    expect(of().map(({ event, code, repeated }) => [event, code, repeated])).toEqual([
      ['push', 'SignatureMismatch', 1],
      ['push', 'SignatureMissing', 1],
      ['ping', 'SignatureMismatch', 1],
      ['push', 'SignatureMismatch', 2],
    ]);
    expect(changes[1]).toBe('changed SignatureMismatch 2');
  });

  it('folds one that came before the first and was answered after it', () => {
    const { clock, refuse, of, views } = setUp();
    refuse();
    refuse({ atMs: clock.nowMs - 0.5 });
    refuse({ atMs: clock.nowMs + 2 });
    refuse({ atMs: clock.nowMs + 1 });
    refuse({ atMs: clock.nowMs - 3 });
    expect(views()).toEqual([expect.objectContaining({ repeated: 5, lastAt: '2026-11-26T10:00:00.002Z' })]);
    expect(of()[0]?.recentAtMs?.map((atMs) => atMs - START_MS)).toEqual([2, 1, 0]);
    refuse({ atMs: clock.nowMs - 60_000 });
    expect(of()).toHaveLength(2);
  });

  it('knows how many of those that are folded came after the last one that was not refused', () => {
    const { clock, add, refuse, of } = setUp();
    const row = () => of().find(({ verdict }) => verdict === 'refused')?.row;
    const refuseTimes = (times: number) => {
      for (let index = 0; index < times; index++) {
        clock.nowMs += 1;
        refuse();
      }
    };
    add();
    refuseTimes(5);
    add({ origin: 'replayed' });
    expect(row()).toBeUndefined();
    add();
    refuseTimes(7);
    expect(row()).toMatchObject({ firstAtMs: START_MS + 6, count: 7 });
    add();
    add();
    refuseTimes(4);
    expect(row()).toMatchObject({ firstAtMs: START_MS + 13, count: 4 });
  });

  it('folds no replay, which has a record of its own', () => {
    const { add, refuse, of } = setUp();
    refuse();
    const replay = refuse({ origin: 'replayed' });
    refuse({ origin: 'replayed' });
    expect(replay).toMatchObject({ origin: 'replayed', repeated: 1 });
    expect(of()).toHaveLength(3);
    add();
    refuse();
    expect(of().map(({ repeated }) => repeated)).toContain(2);
  });

  it('never folds what was accepted', () => {
    const { add, of } = setUp();
    add();
    add();
    expect(of()).toHaveLength(2);
  });

  it('forgets the object first that was used least recently', () => {
    const { add, journal } = setUp(3);
    for (const name of ['a', 'b', 'a', 'c']) add({}, name);
    expect(journal.objects().map(({ name }) => name)).toEqual(['a', 'c']);
    expect(journal.of({ kind: 'Receiver', namespace: 'apps', name: 'b' })).toHaveLength(0);
    for (let index = 0; index < 50; index++) add({}, 'd');
    expect(journal.objects().map(({ name }) => name)).toEqual(['d']);
    expect(journal.of({ kind: 'Receiver', namespace: 'apps', name: 'd' })).toHaveLength(3);
  });

  it('has no object without a record', () => {
    const { add, journal } = setUp(2);
    for (const name of ['a', 'b', 'c']) add({}, name);
    expect(journal.objects().map(({ name }) => name)).toEqual(['b', 'c']);
    expect(journal.hoursOf({ kind: 'Receiver', namespace: 'apps', name: 'a' })).toBeUndefined();
  });

  it('remembers nothing with a history of 0', () => {
    const { add, journal, of } = setUp(0);
    expect(add()).toBeUndefined();
    journal.unknownPath({ atMs: 0, from: undefined, method: 'GET', code: 'PathUnknown' });
    expect([of(), journal.unknownPaths()]).toEqual([[], []]);
  });

  it('moves a record whose verdict changes to the list that it now belongs to', () => {
    const { add, refuse, journal, of } = setUp();
    const pending = add({ verdict: 'pending', status: 202 });
    for (let index = 0; index < 20; index++) refuse({ event: String(index) });
    if (pending === undefined) throw new Error('nothing was remembered');
    Object.assign(pending, { verdict: 'refused', code: 'TargetNotFound' });
    journal.changed(pending);
    expect(of().filter(({ verdict }) => verdict === 'refused')).toHaveLength(20);
    expect(of()).toContain(pending);
  });

  it('remembers again what had to make room while it was pending, where it is refused', () => {
    const { add, journal, of } = setUp(21);
    const [one, other] = [add({ verdict: 'pending' }), add({ verdict: 'pending' })];
    if (one === undefined || other === undefined) throw new Error('nothing was remembered');
    for (let index = 0; index < 20; index++) add();
    one.verdict = 'refused';
    journal.changed(one);
    other.verdict = 'accepted';
    journal.changed(other);
    expect(of()).toHaveLength(21);
    expect(of()).toContain(one);
    // Its place counts among all.
    add({}, 'api');
    expect(of()).toHaveLength(20);
  });

  it('cuts what a sender chose, and removes control characters', () => {
    const { add, views } = setUp();
    add({ event: 'a\u0000\u001b[31mb', providerId: 'x'.repeat(200), userAgent: `${'y'.repeat(400)}` });
    const [view] = views();
    expect(view?.event).toBe('a[31mb');
    expect(view?.providerId).toHaveLength(128);
    expect(view?.userAgent).toHaveLength(256);
  });

  it('marks a delivery that comes again, and counts it', () => {
    const { add, views, repeated } = setUp();
    add({ providerId: 'one' });
    add({ providerId: 'two' });
    add({ providerId: 'one' });
    add({ providerId: 'one' });
    const [fourth, third, second, first] = views();
    expect([fourth?.duplicateOf, third?.duplicateOf, second?.duplicateOf, first?.duplicateOf]).toEqual([
      first?.id,
      first?.id,
      undefined,
      undefined,
    ]);
    expect(repeated).toEqual(['github', 'github']);
  });

  it('gives ids that sort by time', () => {
    const { clock, add, views } = setUp();
    for (let index = 0; index < 15; index++) {
      add();
      clock.nowMs += index % 2;
    }
    const ids = views().map(({ id }) => id);
    expect(ids.toSorted()).toEqual(ids.toReversed());
    expect(new Set(ids).size).toBe(15);
  });

  it('counts what came in each of the last 24 hours', () => {
    const { clock, add, refuse, journal, objectOf } = setUp();
    add();
    refuse();
    refuse();
    clock.nowMs += 23 * HOUR_MS;
    add();
    const hours = journal.hoursOf(objectOf('web'));
    expect(hours).toHaveLength(24);
    expect([hours?.[0], hours?.[23]]).toEqual([
      { accepted: 1, refused: 2 },
      { accepted: 1, refused: 0 },
    ]);
    clock.nowMs += HOUR_MS;
    expect(journal.hoursOf(objectOf('web'))?.[22]).toEqual({ accepted: 1, refused: 0 });
    clock.nowMs += 100 * HOUR_MS;
    expect(journal.hoursOf(objectOf('web'))?.every(({ accepted, refused }) => accepted + refused === 0)).toBe(true);
  });

  it('counts what is given up as refused, and takes nothing from what it does not know', () => {
    const { add, journal, objectOf } = setUp(2);
    const now = () => journal.hoursOf(objectOf('web'))?.at(-1);
    const giveUp = (record: ReturnType<typeof add>) => {
      if (record === undefined) throw new Error('nothing was remembered');
      record.verdict = 'refused';
      journal.changed(record);
      journal.changed(record);
    };
    const [one, other] = [add({ verdict: 'pending' }), add({ verdict: 'pending' })];
    giveUp(one);
    expect(now()).toEqual({ accepted: 1, refused: 1 });
    add({}, 'api');
    add({}, 'api');
    expect(now()).toBeUndefined();
    add();
    giveUp(other);
    giveUp(other);
    expect(now()).toEqual({ accepted: 0, refused: 1 });
  });

  it('has one ring of 50 for paths that nobody has', () => {
    const { journal } = setUp();
    for (let index = 0; index < 60; index++) {
      journal.unknownPath({ atMs: index, from: '10.0.0.1', method: 'POST', code: 'PathUnknown' });
    }
    const times = journal.unknownPaths().map(({ atMs }) => atMs);
    expect([times.length, times[0], times[49]]).toEqual([50, 59, 10]);
  });
});
