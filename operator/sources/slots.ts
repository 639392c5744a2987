/**
 * Slots for the messages of one source and replica, one each, over all its connections: one that is replaced still holds what
 * it has received.
 */
export interface Slots {
  readonly free: number;
  take(): void;
  giveBack(): void;
  /** @param listener called when one is given back. @returns what ends that. */
  onFree(listener: () => void): () => void;
}

/** Messages of one source and replica at a time. */
export const MAX_IN_FLIGHT = 10;

export function createSlots(): Slots {
  const listeners = new Set<() => void>();
  let free = MAX_IN_FLIGHT;
  return {
    get free() {
      return free;
    },
    take() {
      free -= 1;
    },
    giveBack() {
      free += 1;
      for (const listener of listeners) listener();
    },
    onFree(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
