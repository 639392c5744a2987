import { describe, expect, it } from 'vitest';
import { createKeyQueue, type KeyQueue } from '../../../../operator/kube/queue/key-queue.ts';

function takeAll(queue: KeyQueue): string[] {
  const keys: string[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) keys.push(next.key);
  return keys;
}

describe('createKeyQueue', () => {
  it('gives the front before the backlog, each in the order of arrival', () => {
    const queue = createKeyQueue();
    for (const key of ['b1', 'b2']) queue.add(key, 'backlog', 0);
    for (const key of ['f1', 'f2']) queue.add(key, 'front', 0);
    expect(queue.size).toBe(4);
    expect(takeAll(queue)).toEqual(['f1', 'f2', 'b1', 'b2']);
    expect(queue.size).toBe(0);
  });

  it('holds a key once, and moves it to the front but never back', () => {
    const queue = createKeyQueue();
    expect(queue.add('a', 'backlog', 10)).toBe(true);
    queue.add('b', 'backlog', 10);
    expect(queue.add('b', 'front', 20)).toBe(false);
    expect(queue.add('b', 'backlog', 30)).toBe(false);
    expect(queue.size).toBe(2);
    expect(queue.take()).toEqual({ key: 'b', sinceMs: 10 });
    expect(takeAll(queue)).toEqual(['a']);
  });

  it('takes what is added between two takes, also again what was taken', () => {
    const queue = createKeyQueue();
    queue.add('a', 'front', 0);
    queue.add('b', 'front', 0);
    expect(queue.take()?.key).toBe('a');
    queue.add('a', 'front', 0);
    expect(takeAll(queue)).toEqual(['b', 'a']);
    queue.add('c', 'front', 0);
    expect(takeAll(queue)).toEqual(['c']);
    queue.add('d', 'front', 0);
    queue.clear();
    queue.add('e', 'front', 0);
    expect(takeAll(queue)).toEqual(['e']);
  });

  it('lets the backlog have a turn now and then, however much comes to the front', () => {
    const queue = createKeyQueue();
    queue.add('waits', 'backlog', 0);
    const taken: (string | undefined)[] = [];
    for (let round = 0; round < 40; round += 1) {
      queue.add(`f${round}`, 'front', 0);
      taken.push(queue.take()?.key);
    }
    expect(taken).toContain('waits');
    expect(taken.indexOf('waits')).toBeGreaterThan(10);
  });

  it('gives every second turn to the newest while the front queue is long, and the oldest goes on', () => {
    const queue = createKeyQueue();
    for (let index = 0; index < 1_000; index += 1) queue.add(`f${index}`, 'front', index);
    const first = [queue.take()?.key, queue.take()?.key, queue.take()?.key];
    expect(first).toEqual(['f0', 'f999', 'f1']);
    queue.add('newcomer', 'front', 1_000);
    expect(queue.take()?.key).toBe('newcomer');
    const rest = takeAll(queue);
    expect(new Set(rest).size).toBe(997);
    // The short end of it is taken in the order of arrival.
    const last = rest.slice(-60).map((key) => Number(key.slice(1)));
    expect(last).toEqual(last.toSorted((a, b) => a - b));
  });

  it('passes over what has moved to the front, however much of it', () => {
    const queue = createKeyQueue();
    for (let index = 0; index < 500; index += 1) queue.add(`k${index}`, 'backlog', 0);
    for (let index = 0; index < 499; index += 1) queue.add(`k${index}`, 'front', 1);
    queue.add('k0', 'backlog', 2);
    expect(queue.size).toBe(500);
    const taken = takeAll(queue);
    expect(taken).toHaveLength(500);
    expect(new Set(taken).size).toBe(500);
  });
});
