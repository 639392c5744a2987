import { describe, expect, it } from 'vitest';
import { createKeyLines, type KeyLines } from '../../../../operator/kube/queue/key-queue.ts';

function takeAll(lines: KeyLines): string[] {
  const keys: string[] = [];
  for (let next = lines.take(); next !== undefined; next = lines.take()) keys.push(next.key);
  return keys;
}

describe('createKeyLines', () => {
  it('gives the front before the backlog, each in the order of arrival', () => {
    const lines = createKeyLines();
    for (const key of ['b1', 'b2']) lines.add(key, 'backlog', 0);
    for (const key of ['f1', 'f2']) lines.add(key, 'front', 0);
    expect(lines.size).toBe(4);
    expect(takeAll(lines)).toEqual(['f1', 'f2', 'b1', 'b2']);
    expect(lines.size).toBe(0);
  });

  it('holds a key once, and moves it to the front but never back', () => {
    const lines = createKeyLines();
    expect(lines.add('a', 'backlog', 10)).toBe(true);
    lines.add('b', 'backlog', 10);
    expect(lines.add('b', 'front', 20)).toBe(false);
    expect(lines.add('b', 'backlog', 30)).toBe(false);
    expect(lines.size).toBe(2);
    expect(lines.take()).toEqual({ key: 'b', sinceMs: 10 });
    expect(takeAll(lines)).toEqual(['a']);
  });

  it('takes what is added between two takes, also again what was taken', () => {
    const lines = createKeyLines();
    lines.add('a', 'front', 0);
    lines.add('b', 'front', 0);
    expect(lines.take()?.key).toBe('a');
    lines.add('a', 'front', 0);
    expect(takeAll(lines)).toEqual(['b', 'a']);
    lines.add('c', 'front', 0);
    expect(takeAll(lines)).toEqual(['c']);
    lines.add('d', 'front', 0);
    lines.clear();
    lines.add('e', 'front', 0);
    expect(takeAll(lines)).toEqual(['e']);
  });

  it('lets the backlog have a turn now and then, however much comes to the front', () => {
    const lines = createKeyLines();
    lines.add('waits', 'backlog', 0);
    const taken: (string | undefined)[] = [];
    for (let round = 0; round < 40; round += 1) {
      lines.add(`f${round}`, 'front', 0);
      taken.push(lines.take()?.key);
    }
    expect(taken).toContain('waits');
    expect(taken.indexOf('waits')).toBeGreaterThan(10);
  });

  it('gives every second turn to the newest while the front line is long, and the oldest goes on', () => {
    const lines = createKeyLines();
    for (let index = 0; index < 1_000; index += 1) lines.add(`f${index}`, 'front', index);
    const first = [lines.take()?.key, lines.take()?.key, lines.take()?.key];
    expect(first).toEqual(['f0', 'f999', 'f1']);
    lines.add('newcomer', 'front', 1_000);
    expect(lines.take()?.key).toBe('newcomer');
    const rest = takeAll(lines);
    expect(new Set(rest).size).toBe(997);
    // The short end of it is taken in the order of arrival.
    const last = rest.slice(-60).map((key) => Number(key.slice(1)));
    expect(last).toEqual(last.toSorted((a, b) => a - b));
  });

  it('passes over what has moved to the front, however much of it', () => {
    const lines = createKeyLines();
    for (let index = 0; index < 500; index += 1) lines.add(`k${index}`, 'backlog', 0);
    for (let index = 0; index < 499; index += 1) lines.add(`k${index}`, 'front', 1);
    lines.add('k0', 'backlog', 2);
    expect(lines.size).toBe(500);
    const taken = takeAll(lines);
    expect(taken).toHaveLength(500);
    expect(new Set(taken).size).toBe(500);
  });
});
