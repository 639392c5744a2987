/**
 * Two lines of keys that wait to be worked on: what is new or changed goes to the front line and is taken before the
 * long backlog. A key waits in one line only.
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

export function createKeyLines(): KeyLines {
  const front = createLine();
  const backlog = createLine();
  let streak = 0;
  return {
    add(key, priority, nowMs) {
      if (front.waiting.has(key)) return false;
      const sinceMs = backlog.waiting.get(key);
      if (priority === 'backlog') {
        if (sinceMs === undefined) backlog.waiting.set(key, nowMs);
      } else {
        backlog.waiting.delete(key);
        front.waiting.set(key, sinceMs ?? nowMs);
      }
      return sinceMs === undefined;
    },
    take() {
      const backlogFirst = front.waiting.size === 0 || (streak >= FRONT_STREAK && backlog.waiting.size > 0);
      streak = backlogFirst ? 0 : streak + 1;
      return (backlogFirst ? backlog : front).take();
    },
    clear() {
      front.waiting.clear();
      backlog.waiting.clear();
    },
    get size() {
      return front.waiting.size + backlog.waiting.size;
    },
  };
}

interface Line {
  /** Key → since when, in the order of arrival. */
  readonly waiting: Map<string, number>;
  take(): { readonly key: string; readonly sinceMs: number } | undefined;
}

/**
 * A Map keeps the order of arrival, but finding its first entry walks over all that were deleted before it. One iterator
 * kept from take to take does not walk them again.
 */
function createLine(): Line {
  const waiting = new Map<string, number>();
  let entries = waiting.entries();
  return {
    waiting,
    take() {
      let next = entries.next();
      if (next.done === true) {
        entries = waiting.entries();
        next = entries.next();
      }
      if (next.done === true) return undefined;
      const [key, sinceMs] = next.value;
      waiting.delete(key);
      return { key, sinceMs };
    },
  };
}
