/** When references are looked up, and how often. */
import { describe, expect, it } from 'vitest';
import type { ObjectMeta } from '../../../../operator/api/meta.ts';
import type { ResourceReference } from '../../../../operator/api/receiver/receiver.ts';
import { type Finding, RESOLVED } from '../../../../operator/receivers/references/finding.ts';
import { createLooks, type Look } from '../../../../operator/receivers/references/looks.ts';
import { targetReference } from '../../../../operator/receivers/target-reference.ts';
import type { TargetChange } from '../../../../operator/receivers/target-watches.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { createLines } from '../lines.ts';

const MINUTE_MS = 60_000;
const MISSING: Finding = { reason: 'TargetNotFound', text: 'missing', remedy: 'create it' };
const GIT = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' };
const referenceTo = (name: string, more: Partial<ResourceReference> = {}) =>
  targetReference({ kind: 'GitRepository', name, ...more }, 0, 'apps');
const WEB = referenceTo('*', { matchLabels: { team: 'web' } });

function setUp({ watched = false } = {}) {
  const clock = createManualClock();
  const { log } = createLines();
  const state = { isWanted: true, answer: RESOLVED as Finding | Error, watched };
  const asked: string[] = [];
  const looked: Look[] = [];
  const looks = createLooks({
    async lookUp({ name, matchLabels }) {
      asked.push(matchLabels === undefined ? name : `${name} ${JSON.stringify(matchLabels)}`);
      if (state.answer instanceof Error) throw state.answer;
      return { finding: { ...state.answer }, watched: state.watched };
    },
    isWanted: () => state.isWanted,
    onLooked: (look) => void looked.push(look),
    clock,
    log,
  });
  async function take(): Promise<readonly string[]> {
    await clock.advance(0);
    return asked.splice(0);
  }
  return { clock, state, looks, looked, asked, take };
}

function change(type: 'added' | 'updated' | 'deleted', metadata: Partial<ObjectMeta>, before?: Partial<ObjectMeta>) {
  const object = { metadata: { namespace: 'apps', name: 'a', ...metadata } };
  const previous = before && { metadata: { ...object.metadata, ...before } };
  const event = { type, key: `apps/${object.metadata.name}`, object, initial: false, ...(previous && { previous }) };
  return { ...GIT, event } as TargetChange;
}

describe('a place that is referred to', () => {
  it('is looked up once for all that refer to it', async () => {
    const { looks, take } = setUp();
    const look = looks.use('one', referenceTo('a'), undefined);
    expect(looks.use('two', referenceTo('a'), undefined)).toBe(look);
    for (let time = 0; time < 3; time += 1) looks.look(look, 'front');
    expect(await take()).toEqual(['a']);
    expect([...look.users]).toEqual(['one', 'two']);
    expect(look.finding).toEqual(RESOLVED);
  });

  it('is another one by its labels, whatever their order, and where it is forbidden', () => {
    const { looks } = setUp();
    const selecting = (matchLabels: Record<string, string>) =>
      looks.use('one', referenceTo('*', { matchLabels }), undefined);
    expect(selecting({ a: '1', b: '2' })).toBe(selecting({ b: '2', a: '1' }));
    expect(selecting({ a: '1' })).not.toBe(selecting({ a: '2' }));
    expect(looks.use('one', referenceTo('a'), MISSING)).not.toBe(looks.use('one', referenceTo('a'), undefined));
  });

  it('has the same finding while nothing changes', async () => {
    const { looks, take, looked } = setUp();
    const look = looks.use('one', referenceTo('a'), undefined);
    looks.look(look, 'front');
    await take();
    const before = look.finding;
    looks.look(look, 'front');
    await take();
    expect(looked).toHaveLength(2);
    expect(look.finding).toBe(before);
  });

  it('that nobody refers to any more is not looked up again', async () => {
    const { looks, take, clock } = setUp();
    const look = looks.use('one', referenceTo('a'), undefined);
    looks.use('two', referenceTo('a'), undefined);
    looks.look(look, 'front');
    await take();
    looks.release('one', look);
    await clock.advance(MINUTE_MS);
    expect(await take()).toEqual(['a']);
    looks.release('two', look);
    await clock.advance(2 * MINUTE_MS);
    expect(await take()).toEqual([]);
    expect(clock.pendingTimers).toBeLessThanOrEqual(1);
  });
});

describe('what is not watched', () => {
  it('is looked up once a minute', async () => {
    const { looks, take, clock } = setUp();
    looks.look(looks.use('one', referenceTo('a'), undefined), 'front');
    expect(await take()).toEqual(['a']);
    await clock.advance(MINUTE_MS - 1_000);
    expect(await take()).toEqual([]);
    await clock.advance(2_000);
    expect(await take()).toEqual(['a']);
  });

  it('has two looks a second at most, each in its turn', async () => {
    const { looks, take, clock } = setUp();
    const names = Array.from({ length: 300 }, (_, index) => `n${index}`);
    for (const name of names) looks.look(looks.use('one', referenceTo(name), undefined), 'front');
    const changed: string[] = [];
    while (changed.length < names.length) changed.push(...(await take()));
    expect(changed.toSorted()).toEqual(names.toSorted());
    await clock.advance(MINUTE_MS);
    const first = (await take()).length;
    expect(first).toBeLessThanOrEqual(2);
    await clock.advance(10_000);
    expect((await take()).length).toBeLessThanOrEqual(20);
    await clock.advance(160_000);
    expect((await take()).length + first).toBeGreaterThanOrEqual(280);
  });

  it('that is known already waits for its slow turn, a change does not', async () => {
    const { looks, take } = setUp();
    for (let index = 0; index < 10; index += 1) {
      looks.look(looks.use('one', referenceTo(`n${index}`), undefined), 'paced');
    }
    looks.look(looks.use('one', referenceTo('changed'), undefined), 'front');
    expect((await take()).toSorted()).toEqual(['changed', 'n0']);
  });

  it('is asked for sooner again while nothing is known, and keeps what was known', async () => {
    const { looks, take, clock, state } = setUp();
    const look = looks.use('one', referenceTo('a'), undefined);
    state.answer = new Error('away');
    looks.look(look, 'front');
    await take();
    expect(look.finding).toBeUndefined();
    await clock.advance(6_000);
    expect(await take()).toEqual(['a']);
    state.answer = MISSING;
    await clock.advance(6_000);
    expect(look.finding).toEqual(MISSING);
    state.answer = new Error('away');
    await clock.advance(MINUTE_MS);
    expect(await take()).toHaveLength(2);
    expect(look.finding).toEqual(MISSING);
  });
});

describe('what is watched', () => {
  it('is not looked up without a change', async () => {
    const { looks, take, clock } = setUp({ watched: true });
    looks.look(looks.use('one', referenceTo('a'), undefined), 'front');
    expect(await take()).toEqual(['a']);
    await clock.advance(10 * MINUTE_MS);
    expect(await take()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each<[what: string, before: Finding, event: TargetChange, asked: readonly string[]]>([
    ['that comes', MISSING, change('added', {}), ['a']],
    ['that is known to be there', RESOLVED, change('added', {}), []],
    ['that goes', RESOLVED, change('deleted', {}), ['a']],
    ['that is known to be missing', MISSING, change('deleted', {}), []],
    ['that is annotated', RESOLVED, change('updated', { annotations: { a: '1' } }, {}), []],
    ['of another name', MISSING, change('added', { name: 'b' }), []],
    ['of another namespace', MISSING, change('added', { namespace: 'other' }), []],
    ['of another kind', MISSING, { ...change('added', {}), kind: 'Bucket' }, []],
    ['of a kind that is listed anew', RESOLVED, { ...GIT, event: undefined }, ['a']],
    ['of another kind that is listed anew', RESOLVED, { ...GIT, kind: 'Bucket', event: undefined }, []],
    ['without a namespace', RESOLVED, change('deleted', { namespace: undefined as never }), ['a']],
  ])('is looked up by a change of an object %s: %j', async (_what, before, event, asked) => {
    const { looks, take, state } = setUp({ watched: true });
    state.answer = before;
    looks.look(looks.use('one', referenceTo('a'), undefined), 'front');
    await take();
    looks.changed(event);
    expect(await take()).toEqual(asked);
  });

  const labels = { team: 'web' };
  it.each<[what: string, before: Finding, event: TargetChange, count: number]>([
    ['the first that is selected', MISSING, change('added', { labels }), 1],
    ['one that is not selected', MISSING, change('added', { labels: { team: 'sea' } }), 0],
    ['one more', RESOLVED, change('added', { labels }), 0],
    ['one that goes', RESOLVED, change('deleted', { labels }), 1],
    ['one that goes and was not selected', RESOLVED, change('deleted', {}), 0],
    ['one that is labeled', MISSING, change('updated', { labels }, { labels: {} }), 1],
    ['one whose label is taken', RESOLVED, change('updated', { labels: {} }, { labels }), 1],
    ['one that is annotated', RESOLVED, change('updated', { labels }, { labels }), 0],
  ])('with labels is looked up by a change of %s', async (_what, before, event, count) => {
    const { looks, take, state } = setUp({ watched: true });
    state.answer = before;
    looks.look(looks.use('one', WEB, undefined), 'front');
    await take();
    looks.changed(event);
    expect(await take()).toHaveLength(count);
  });

  it('once a minute again when it is watched no longer', async () => {
    const { looks, take, state, clock } = setUp({ watched: true });
    looks.look(looks.use('one', referenceTo('a'), undefined), 'front');
    await take();
    state.watched = false;
    looks.changed({ ...GIT, event: undefined });
    expect(await take()).toEqual(['a']);
    await clock.advance(MINUTE_MS + 1_000);
    expect(await take()).toEqual(['a']);
  });
});

describe('looks', () => {
  it('that nobody wants, or that are forgotten, ask for nothing', async () => {
    const { looks, take, state, clock } = setUp();
    const look = looks.use('one', referenceTo('a'), undefined);
    state.isWanted = false;
    looks.look(look, 'front');
    expect(await take()).toEqual([]);
    state.isWanted = true;
    looks.look(look, 'front');
    await take();
    looks.clear();
    await clock.advance(2 * MINUTE_MS);
    expect(await take()).toEqual([]);
  });

  it('end', async () => {
    const { looks, take, clock } = setUp();
    looks.look(looks.use('one', referenceTo('a'), undefined), 'front');
    await take();
    await looks.stop();
    await clock.advance(2 * MINUTE_MS);
    expect(await take()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});
