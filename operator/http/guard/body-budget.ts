/**
 * Bounds the memory of the bodies in flight, all senders together. A body gets room for all of itself at once or waits for
 * it in a queue, first come, first served; so bodies never block each other half-way. A sender that stalls loses its room
 * to those that wait.
 */
import { RequestError } from '../../api/errors.ts';
import { type Clock, systemClock, type Timer } from '../../observe/clock.ts';

export interface Room {
  /** The body is whole: the room is its own until it is released. */
  keep(): void;
  /** Gives it back; a second call does nothing. */
  release(): void;
}

export interface BodyBudget {
  /** Room for `bytes` at once, if there is and nobody waits for it. `onRevoked` is called when others get it instead. */
  tryTake(bytes: number, onRevoked: (error: RequestError) => void): Room | undefined;
  /** Room for `bytes`, as soon as there is. @throws RequestError BodiesFull when there is none in time. */
  take(bytes: number, onRevoked: (error: RequestError) => void): Promise<Room>;
}

export interface BodyBudgetOptions {
  readonly bytes: number;
  readonly waitMs: number;
  /** How long a body may arrive while others wait; less than `waitMs`. */
  readonly heldMs: number;
  /** The machine's when absent. */
  readonly clock?: Clock;
}

interface Holder {
  readonly bytes: number;
  readonly sinceMs: number;
  readonly onRevoked: (error: RequestError) => void;
}

interface Waiter {
  readonly bytes: number;
  readonly onRevoked: (error: RequestError) => void;
  readonly granted: PromiseWithResolvers<Room>;
  readonly timer: Timer;
}

interface State {
  readonly options: BodyBudgetOptions;
  readonly clock: Clock;
  /** Bodies that are still arriving, the oldest first. */
  readonly arriving: Set<Holder>;
  /** The first that came is the first. */
  readonly waiters: Set<Waiter>;
  usedBytes: number;
  patrol: Timer | undefined;
}

export function createBodyBudget(options: BodyBudgetOptions): BodyBudget {
  const { clock = systemClock } = options;
  const state: State = { options, clock, arriving: new Set(), waiters: new Set(), usedBytes: 0, patrol: undefined };
  return {
    tryTake(bytes, onRevoked) {
      const free = state.waiters.size === 0 && fits(state, bytes);
      return free ? grant(state, bytes, onRevoked) : undefined;
    },
    take: (bytes, onRevoked) => wait(state, bytes, onRevoked),
  };
}

function fits({ options, usedBytes }: State, bytes: number): boolean {
  return usedBytes + bytes <= options.bytes;
}

function grant(state: State, bytes: number, onRevoked: Holder['onRevoked']): Room {
  const holder: Holder = { bytes, sinceMs: state.clock.elapsedMs(), onRevoked };
  let released = false;
  state.usedBytes += bytes;
  state.arriving.add(holder);
  return {
    keep() {
      state.arriving.delete(holder);
    },
    release() {
      if (released) return;
      released = true;
      state.arriving.delete(holder);
      state.usedBytes -= bytes;
      if (state.waiters.size > 0) serve(state);
    },
  };
}

function wait(state: State, bytes: number, onRevoked: Holder['onRevoked']): Promise<Room> {
  const granted = Promise.withResolvers<Room>();
  const timer = state.clock.setTimeout(() => {
    state.waiters.delete(waiter);
    granted.reject(new RequestError('BodiesFull'));
    // Those behind it may need less.
    serve(state);
  }, state.options.waitMs);
  const waiter: Waiter = { bytes, onRevoked, granted, timer };
  state.waiters.add(waiter);
  serve(state);
  return granted.promise;
}

function serve(state: State): void {
  for (const waiter of state.waiters) {
    if (!fits(state, waiter.bytes)) break;
    state.waiters.delete(waiter);
    waiter.timer.cancel();
    waiter.granted.resolve(grant(state, waiter.bytes, waiter.onRevoked));
  }
  watch(state);
}

/** While somebody waits, takes the room of bodies that have been arriving for too long. */
function watch(state: State): void {
  state.patrol?.cancel();
  const [oldest] = state.arriving;
  if (state.waiters.size === 0 || oldest === undefined) return;
  const dueMs = Math.max(oldest.sinceMs + state.options.heldMs - state.clock.elapsedMs(), 0);
  state.patrol = state.clock.setTimeout(() => {
    if (state.arriving.delete(oldest)) oldest.onRevoked(new RequestError('BodiesFull'));
    watch(state);
  }, Math.ceil(dueMs));
}
