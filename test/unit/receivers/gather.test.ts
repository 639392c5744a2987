import { describe, expect, it } from 'vitest';
import type { Away, Patched, Target } from '../../../operator/receivers/annotator.ts';
import { createGatherer } from '../../../operator/receivers/gather.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { PATCHED } from './patched.ts';

const targetOf = (name: string): Target => ({
  type: { apiVersion: 'source.toolkit.fluxcd.io/v1', plural: 'gitrepositories', namespaced: true },
  kind: 'GitRepository',
  namespace: 'apps',
  name,
});
const WEB = targetOf('web');

/** Each annotation waits until the test ends it. */
function setUp(width?: number) {
  const clock = createManualClock();
  const open: { name: string; end: PromiseWithResolvers<Patched | Away> }[] = [];
  const gatherer = createGatherer({
    annotator: {
      annotate({ name }) {
        const end = Promise.withResolvers<Patched | Away>();
        open.push({ name, end });
        return end.promise;
      },
    },
    clock,
    ...(width === undefined ? {} : { width }),
  });
  const several = (count: number) => Array.from({ length: count }, () => gatherer.annotate(WEB));
  return { clock, open, several, annotate: gatherer.annotate };
}

describe('messages for one target', () => {
  it('that come together share a PATCH, and its end', async () => {
    const { clock, open, several } = setUp();
    const three = several(3);
    expect(open).toHaveLength(0);
    await clock.advance(1);
    expect(open).toHaveLength(1);
    open[0]?.end.resolve({ away: 'down' });
    expect(await Promise.all(three)).toEqual([{ away: 'down' }, { away: 'down' }, { away: 'down' }]);
  });

  it('that are as many as a source has wait no longer', () => {
    const { open, several } = setUp();
    several(10);
    expect(open).toHaveLength(1);
    several(9);
    expect(open).toHaveLength(1);
  });

  it('never share a PATCH that began before they came', async () => {
    const { clock, open, several } = setUp();
    several(10);
    const [late] = several(1);
    open[0]?.end.resolve(PATCHED);
    await clock.advance(25);
    expect(open).toHaveLength(2);
    open[1]?.end.resolve(PATCHED);
    expect(await late).toEqual(PATCHED);
  });

  it('wait for those that take the places of the messages before, and no longer once the target has cooled', async () => {
    const { clock, open, several } = setUp();
    several(1);
    await clock.advance(1);
    open[0]?.end.resolve(PATCHED);
    await clock.advance(1);
    several(1);
    await clock.advance(24);
    expect(open).toHaveLength(1);
    several(1);
    await clock.advance(1);
    expect(open).toHaveLength(2);
    open[1]?.end.resolve(PATCHED);
    await clock.advance(25);
    several(1);
    await clock.advance(1);
    expect(open).toHaveLength(3);
  });

  it('fail together', async () => {
    const { clock, open, several } = setUp();
    const two = several(2);
    await clock.advance(1);
    open[0]?.end.reject(new Error('refused'));
    for (const each of two) await expect(each).rejects.toThrow('refused');
  });

  it('leave no timer behind', async () => {
    const { clock, open, several } = setUp();
    several(1);
    await clock.advance(1);
    open[0]?.end.resolve(PATCHED);
    await clock.advance(25);
    expect(clock.pendingTimers).toBe(0);
  });

  it('cost a PATCH for ten of a thousand, whether their source gives ten at once or one for each that is done', async () => {
    const { clock, open, annotate } = setUp();
    let left = 1_000;
    const take = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await annotate(WEB);
      }
    };
    const source = Promise.all(Array.from({ length: 10 }, take));
    for (let patches = 0; patches < 100; patches += 1) {
      await clock.advance(1);
      expect(open).toHaveLength(patches + 1);
      open.at(-1)?.end.resolve(PATCHED);
    }
    await source;
    expect(open).toHaveLength(100);
  });
});

it('has no more PATCHes under way than it may, first come, first served', async () => {
  const { clock, open, annotate } = setUp(2);
  for (const name of ['a', 'b', 'c', 'd']) void annotate(targetOf(name));
  await clock.advance(1);
  expect(open.map(({ name }) => name)).toEqual(['a', 'b']);
  open[1]?.end.resolve(PATCHED);
  await clock.advance(0);
  expect(open.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});
