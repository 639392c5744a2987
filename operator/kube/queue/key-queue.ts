/**
 * Two queues of keys that wait to be worked on: what is new or changed goes to the front queue and is taken before the
 * long backlog. Where even the front queue is long, the newest has every second turn: a change that arrives behind ten
 * thousand others does not wait for all of them, and the oldest is still served. A key waits in one queue only.
 */

/** `front`: new or changed. `backlog`: to be reconciled again although nothing changed. */
export type Priority = 'front' | 'backlog';

export interface KeyQueue {
  /** Puts the key at the end of its queue; true when it did not wait before. One that waits can only move to the front. */
  add(key: string, priority: Priority, nowMs: number): boolean;
  /** Takes the next key, with the `nowMs` of when it began to wait. */
  take(): { readonly key: string; readonly sinceMs: number } | undefined;
  clear(): void;
  readonly size: number;
}

interface Waiting {
  readonly key: string;
  readonly sinceMs: number;
}

/** One of the two queues. */
interface Queue {
  readonly waiting: Map<string, Waiting>;
  /** In the order of arrival, from `head` on; what left the queue elsewhere is passed over when its turn comes. */
  order: Waiting[];
  head: number;
}

interface State {
  readonly front: Queue;
  readonly backlog: Queue;
  /** How many were taken from the front in a row. */
  streak: number;
}

/** After so many of the front in a row the backlog has its turn, or a steady stream of changes would starve it. */
const FRONT_STREAK = 16;
/** A shorter front queue is taken in the order of arrival. */
const LONG_QUEUE = 64;

export function createKeyQueue(): KeyQueue {
  const state: State = { front: createQueue(), backlog: createQueue(), streak: 0 };
  const { front, backlog } = state;
  return {
    add: (key, priority, nowMs) => add(state, key, priority, nowMs),
    take: () => take(state),
    clear() {
      clear(front);
      clear(backlog);
    },
    get size() {
      return front.waiting.size + backlog.waiting.size;
    },
  };
}

function add({ front, backlog }: State, key: string, priority: Priority, nowMs: number): boolean {
  if (front.waiting.has(key)) return false;
  const sinceMs = backlog.waiting.get(key)?.sinceMs;
  if (priority === 'backlog') {
    if (sinceMs === undefined) append(backlog, { key, sinceMs: nowMs });
  } else {
    if (sinceMs !== undefined) remove(backlog, key);
    append(front, { key, sinceMs: sinceMs ?? nowMs });
  }
  return sinceMs === undefined;
}

function take(state: State): Waiting | undefined {
  const { front, backlog } = state;
  const backlogFirst = front.waiting.size === 0 || (state.streak >= FRONT_STREAK && backlog.waiting.size > 0);
  state.streak = backlogFirst ? 0 : state.streak + 1;
  if (backlogFirst) return takeFrom(backlog, 'oldest');
  return takeFrom(front, front.waiting.size > LONG_QUEUE && state.streak % 2 === 0 ? 'newest' : 'oldest');
}

function createQueue(): Queue {
  return { waiting: new Map(), order: [], head: 0 };
}

function append(queue: Queue, entry: Waiting): void {
  queue.waiting.set(entry.key, entry);
  queue.order.push(entry);
}

function remove(queue: Queue, key: string): void {
  queue.waiting.delete(key);
  // Perhaps nobody takes from this queue for long: what left must not pile up in its order.
  if (queue.order.length - queue.head <= 2 * queue.waiting.size + LONG_QUEUE) return;
  queue.order = [...queue.waiting.values()];
  queue.head = 0;
}

function takeFrom(queue: Queue, end: 'oldest' | 'newest'): Waiting | undefined {
  while (queue.head < queue.order.length) {
    const entry = next(queue, end);
    if (entry === undefined || queue.waiting.get(entry.key) !== entry) continue;
    queue.waiting.delete(entry.key);
    tidy(queue);
    return entry;
  }
  tidy(queue);
  return undefined;
}

function next(queue: Queue, end: 'oldest' | 'newest'): Waiting | undefined {
  if (end === 'newest') return queue.order.pop();
  const oldest = queue.order[queue.head];
  queue.head += 1;
  return oldest;
}

/** Drops what was taken, once it is half of the order. */
function tidy(queue: Queue): void {
  if (queue.head < queue.order.length / 2) return;
  queue.order = queue.order.slice(queue.head);
  queue.head = 0;
}

function clear(queue: Queue): void {
  queue.waiting.clear();
  queue.order = [];
  queue.head = 0;
}
