/**
 * The memory that messages' bodies may take over all sources. A source asks for room before it receives, because a
 * broker decides how much it then gets; one that gets no room for a whole batch takes one message, or waits for its turn.
 */

export interface Room {
  /** Whether there is room for a whole batch; else for one message. */
  readonly isWhole: boolean;
  readonly bytes: number;
}

/** What a receive is expected to bring, in bytes. */
export interface Expected {
  readonly batchBytes: number;
  readonly messageBytes: number;
}

export interface BodyBudget {
  /** Takes room, first come, first served; undefined: aborted. To be freed. */
  reserve(expected: Expected, signal: AbortSignal): Promise<Room | undefined>;
  /** Counts bytes that are here already, whether there was room or not. To be freed. */
  add(bytes: number): void;
  free(bytes: number): void;
}

interface Waiter {
  readonly expected: Expected;
  resolve(room: Room | undefined): void;
}

interface State {
  readonly maxBytes: number;
  readonly waiting: Set<Waiter>;
  usedBytes: number;
}

export function createBodyBudget(maxBytes: number): BodyBudget {
  const state: State = { maxBytes, waiting: new Set(), usedBytes: 0 };
  return {
    reserve: (expected, signal) => reserve(state, expected, signal),
    add(bytes) {
      state.usedBytes += bytes;
    },
    free(bytes) {
      state.usedBytes -= bytes;
      serve(state);
    },
  };
}

function reserve(state: State, expected: Expected, signal: AbortSignal): Promise<Room | undefined> {
  const { promise, resolve } = Promise.withResolvers<Room | undefined>();
  if (signal.aborted) resolve(undefined);
  else {
    const onAbort = () => {
      state.waiting.delete(waiter);
      resolve(undefined);
    };
    const waiter: Waiter = {
      expected,
      resolve(room) {
        signal.removeEventListener('abort', onAbort);
        resolve(room);
      },
    };
    signal.addEventListener('abort', onAbort, { once: true });
    state.waiting.add(waiter);
    serve(state);
  }
  return promise;
}

function serve(state: State): void {
  for (const waiter of state.waiting) {
    const room = roomFor(state, waiter.expected);
    if (room === undefined) return;
    state.waiting.delete(waiter);
    state.usedBytes += room.bytes;
    waiter.resolve(room);
  }
}

function roomFor({ usedBytes, maxBytes }: State, { batchBytes, messageBytes }: Expected): Room | undefined {
  const leftBytes = maxBytes - usedBytes;
  if (batchBytes <= leftBytes) return { isWhole: true, bytes: batchBytes };
  // However large it is: alone it must come through.
  if (messageBytes <= leftBytes || usedBytes === 0) return { isWhole: false, bytes: messageBytes };
  return undefined;
}
