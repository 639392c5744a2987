import { describe, expect, it } from 'vitest';
import { createRemoteCache } from '../../../operator/verify/create-remote-cache.ts';

function setUp(more: { maxEntries?: number } = {}) {
  const world = { nowMs: 0, loads: [] as string[], fail: false, gate: Promise.resolve() };
  const cache = createRemoteCache<string>({
    maxAgeMs: 1_000,
    minRefreshMs: 100,
    holdFailureMs: 10,
    maxEntries: 10,
    now: () => world.nowMs,
    async load(url) {
      world.loads.push(url);
      await world.gate;
      if (world.fail) throw new Error('down');
      return `${url} ${world.loads.length}`;
    },
    ...more,
  });
  return { world, cache };
}

describe('createRemoteCache', () => {
  it('fetches once, until the value is too old', async () => {
    const { world, cache } = setUp();
    expect(await cache.get('a')).toBe('a 1');
    world.nowMs = 999;
    expect(await cache.get('a')).toBe('a 1');
    world.nowMs = 1_000;
    expect(await cache.get('a')).toBe('a 2');
  });

  it('shares a fetch that is under way', async () => {
    const { world, cache } = setUp();
    const values = await Promise.all([cache.get('a'), cache.get('a'), cache.refresh('a')]);
    expect(values).toEqual(['a 1', 'a 1', 'a 1']);
    expect(world.loads).toEqual(['a']);
  });

  it('keeps a failure for a moment, and not longer', async () => {
    const { world, cache } = setUp();
    world.fail = true;
    await expect(cache.get('a')).rejects.toThrow('down');
    await expect(cache.get('a')).rejects.toThrow('down');
    expect(world.loads).toHaveLength(1);
    world.fail = false;
    world.nowMs = 10;
    expect(await cache.get('a')).toBe('a 2');
  });

  it('does not give an old value for a failure', async () => {
    const { world, cache } = setUp();
    await cache.get('a');
    world.nowMs = 1_000;
    world.fail = true;
    await expect(cache.get('a')).rejects.toThrow('down');
  });

  it('refreshes, but not again at once', async () => {
    const { world, cache } = setUp();
    await cache.get('a');
    world.nowMs = 99;
    expect(await cache.refresh('a')).toBeUndefined();
    world.nowMs = 100;
    expect(await cache.refresh('a')).toBe('a 2');
    expect(await cache.refresh('a')).toBeUndefined();
    expect(await cache.get('a')).toBe('a 2');
  });

  it('refreshes what was never there', async () => {
    const { cache } = setUp();
    expect(await cache.refresh('a')).toBe('a 1');
  });

  it('keeps the value, and waits, when a refresh fails', async () => {
    const { world, cache } = setUp();
    await cache.get('a');
    world.nowMs = 100;
    world.fail = true;
    await expect(cache.refresh('a')).rejects.toThrow('down');
    expect(await cache.get('a')).toBe('a 1');
    expect(await cache.refresh('a')).toBeUndefined();
  });

  it('forgets what was used least lately when there is too much', async () => {
    const { world, cache } = setUp({ maxEntries: 2 });
    await cache.get('a');
    await cache.get('b');
    await cache.get('a');
    await cache.get('c');
    world.loads = [];
    await cache.get('a');
    expect(world.loads).toEqual([]);
    await cache.get('b');
    expect(world.loads).toEqual(['b']);
  });
});
