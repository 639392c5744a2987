/**
 * Two lines of keys that wait to be worked on: what is new or changed goes to the front line and is taken before the
 * long backlog. Where even the front line is long, the newest has every second turn: who comes amid ten thousand is not
 * the last of them, and the oldest goes on being served. A key waits in one line only.
 */

/** `front`: new or changed. `backlog`: what merely has to be looked at again. */
export type Priority = 'front' | 'backlog';

export interface KeyLines {
  /** Puts the key at the end of its line; true when it did not wait before. One that waits can only move to the front. */
  add(key: string, priority: Priority, nowMs: number): boolean;
  /** Takes the next key, with the `nowMs` of when it began to wait. */
  take(): { readonly key: string; readonly sinceMs: number } | undefined;
  clear(): void;
  readonly size: number;
}

/** After so many of the front in a row the backlog has its turn, or a steady stream of changes would starve it. */
const FRONT_STREAK = 16;
/** A shorter front line is taken in the order of arrival. */
const LONG_LINE = 64;

export function createKeyLines(): KeyLines {
  const front = createLine();
  const backlog = createLine();
  let streak = 0;
  return {
    add(key, priority, nowMs) {
      if (front.sinceMs(key) !== undefined) return false;
      const sinceMs = backlog.sinceMs(key);
      if (priority === 'backlog') {
        if (sinceMs === undefined) backlog.add(key, nowMs);
      } else {
        backlog.remove(key);
        front.add(key, sinceMs ?? nowMs);
      }
      return sinceMs === undefined;
    },
    take() {
      const backlogFirst = front.size === 0 || (streak >= FRONT_STREAK && backlog.size > 0);
      streak = backlogFirst ? 0 : streak + 1;
      if (backlogFirst) return backlog.take('oldest');
      return front.take(front.size > LONG_LINE && streak % 2 === 0 ? 'newest' : 'oldest');
    },
    clear() {
      front.clear();
      backlog.clear();
    },
    get size() {
      return front.size + backlog.size;
    },
  };
}

interface Waiting {
  readonly key: string;
  readonly sinceMs: number;
}

interface Line {
  add(key: string, sinceMs: number): void;
  remove(key: string): void;
  take(end: 'oldest' | 'newest'): Waiting | undefined;
  /** Undefined: it does not wait here. */
  sinceMs(key: string): number | undefined;
  clear(): void;
  readonly size: number;
}

function createLine(): Line {
  const waiting = new Map<string, Waiting>();
  /** In the order of arrival, from `head` on; what was removed is passed over when its turn comes. */
  let order: Waiting[] = [];
  let head = 0;

  function next(end: 'oldest' | 'newest'): Waiting | undefined {
    if (end === 'newest') return order.pop();
    const oldest = order[head];
    head += 1;
    return oldest;
  }

  function tidy(): void {
    if (head < order.length / 2) return;
    order = order.slice(head);
    head = 0;
  }

  return {
    add(key, sinceMs) {
      const entry = { key, sinceMs };
      waiting.set(key, entry);
      order.push(entry);
    },
    remove(key) {
      waiting.delete(key);
      // Nobody may come to pass them over.
      if (order.length - head <= 2 * waiting.size + LONG_LINE) return;
      order = [...waiting.values()];
      head = 0;
    },
    take(end) {
      while (head < order.length) {
        const entry = next(end);
        if (entry === undefined || waiting.get(entry.key) !== entry) continue;
        waiting.delete(entry.key);
        tidy();
        return entry;
      }
      tidy();
      return undefined;
    },
    sinceMs: (key) => waiting.get(key)?.sinceMs,
    clear() {
      waiting.clear();
      order = [];
      head = 0;
    },
    get size() {
      return waiting.size;
    },
  };
}
