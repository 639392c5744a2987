/**
 * Keys that become due later: a heap behind one timer, so that 10,000 waiting keys cost 10,000 small entries and no
 * 10,000 timers. A key waits once.
 */
import type { Clock, Timer } from '../../observe/clock.ts';

export interface DelayedKeys {
  /** Makes the key due after `delayMs`, and at no other time that was set before. */
  set(key: string, delayMs: number): void;
  delete(key: string): void;
  clear(): void;
}

interface Entry {
  readonly key: string;
  /** On the clock's `elapsedMs`. */
  readonly dueMs: number;
}

interface State {
  readonly clock: Clock;
  readonly onDue: (key: string) => void;
  readonly byKey: Map<string, Entry>;
  /** A binary heap by `dueMs`; an entry that `byKey` no longer holds is dead and skipped. */
  heap: Entry[];
  timer: Timer | undefined;
  timerDueMs: number;
}

/** `onDue` is called from a timer, once for each key that became due, which then waits no longer. */
export function createDelayedKeys(clock: Clock, onDue: (key: string) => void): DelayedKeys {
  const state: State = { clock, onDue, byKey: new Map(), heap: [], timer: undefined, timerDueMs: Infinity };
  return {
    set: (key, delayMs) => insert(state, { key, dueMs: dueIn(clock, delayMs) }),
    delete: (key) => void state.byKey.delete(key),
    clear() {
      state.byKey.clear();
      state.heap = [];
      disarm(state);
    },
  };
}

/** A delay that is negative or no number is none: the heap needs times that compare. */
function dueIn(clock: Clock, delayMs: number): number {
  return clock.elapsedMs() + (Number.isNaN(delayMs) ? 0 : Math.max(delayMs, 0));
}

function insert(state: State, entry: Entry): void {
  state.byKey.set(entry.key, entry);
  if (state.heap.length > 2 * state.byKey.size + 64) {
    // A sorted list is a heap, and this one has no dead entries.
    state.heap = [...state.byKey.values()].sort((a, b) => a.dueMs - b.dueMs);
  } else {
    state.heap.push(entry);
    siftUp(state.heap, state.heap.length - 1);
  }
  arm(state);
}

function arm(state: State): void {
  const first = state.heap[0];
  if (first === undefined || first.dueMs >= state.timerDueMs) return;
  disarm(state);
  state.timerDueMs = first.dueMs;
  // One more millisecond at least, because a timer may come a fraction of one too early.
  const delayMs = Math.max(1, Math.ceil(first.dueMs - state.clock.elapsedMs()));
  state.timer = state.clock.setTimeout(() => {
    disarm(state);
    for (const key of takeDue(state)) state.onDue(key);
    arm(state);
  }, delayMs);
}

function disarm(state: State): void {
  state.timer?.cancel();
  state.timer = undefined;
  state.timerDueMs = Infinity;
}

/** All that is due is taken before the first is announced, so that an announcement may set and clear as it likes. */
function takeDue(state: State): string[] {
  const nowMs = state.clock.elapsedMs();
  const due: string[] = [];
  for (let first = state.heap[0]; first !== undefined; first = state.heap[0]) {
    const alive = state.byKey.get(first.key) === first;
    if (alive && first.dueMs > nowMs) break;
    removeFirst(state.heap);
    if (!alive) continue;
    state.byKey.delete(first.key);
    due.push(first.key);
  }
  return due;
}

function removeFirst(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  siftDown(heap, 0);
}

function siftUp(heap: Entry[], from: number): void {
  let index = from;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (dueAt(heap, parent) <= dueAt(heap, index)) return;
    swap(heap, index, parent);
    index = parent;
  }
}

function siftDown(heap: Entry[], from: number): void {
  let index = from;
  for (;;) {
    const left = 2 * index + 1;
    const child = dueAt(heap, left + 1) < dueAt(heap, left) ? left + 1 : left;
    if (dueAt(heap, index) <= dueAt(heap, child)) return;
    swap(heap, index, child);
    index = child;
  }
}

/** Beyond the end of the heap nothing is ever due. */
function dueAt(heap: readonly Entry[], index: number): number {
  return heap[index]?.dueMs ?? Infinity;
}

function swap(heap: Entry[], a: number, b: number): void {
  const [first, second] = [heap[a], heap[b]];
  if (first === undefined || second === undefined) return;
  heap[a] = second;
  heap[b] = first;
}
