/**
 * Room for the bodies in flight, all senders together. A body gets room for all of itself at once or waits for it in
 * line, so bodies never block each other half-way; and a sender that stalls loses its room to those who wait.
 */
import { BodiesFullError } from './refusal.ts';

export interface Room {
  /** The body is whole: the room is its own until it is released. */
  keep(): void;
  /** Gives it back; a second call does nothing. */
  release(): void;
}

export interface BodyBudget {
  /** Room for `bytes` at once, if there is and nobody waits for it. `onRevoked` is called when others get it instead. */
  tryTake(bytes: number, onRevoked: (error: BodiesFullError) => void): Room | undefined;
  /** Room for `bytes`, as soon as there is. @throws BodiesFullError when there is none in time. */
  take(bytes: number, onRevoked: (error: BodiesFullError) => void): Promise<Room>;
  readonly usedBytes: number;
}

export interface BodyBudgetOptions {
  readonly bytes: number;
  readonly waitMs: number;
  /** How long a body may arrive while others wait; less than `waitMs`. */
  readonly heldMs: number;
}

interface Holder {
  readonly bytes: number;
  readonly sinceMs: number;
  readonly onRevoked: (error: BodiesFullError) => void;
}

interface Waiter {
  readonly bytes: number;
  readonly onRevoked: (error: BodiesFullError) => void;
  readonly granted: PromiseWithResolvers<Room>;
  readonly timer: NodeJS.Timeout;
}

export function createBodyBudget({ bytes: total, waitMs, heldMs }: BodyBudgetOptions): BodyBudget {
  /** Bodies that are still arriving, the oldest first. */
  const arriving = new Set<Holder>();
  const waiters = new Set<Waiter>();
  let used = 0;
  let patrol: NodeJS.Timeout | undefined;

  function grant(bytes: number, onRevoked: Holder['onRevoked']): Room {
    const holder: Holder = { bytes, sinceMs: performance.now(), onRevoked };
    let released = false;
    used += bytes;
    arriving.add(holder);
    return {
      keep() {
        arriving.delete(holder);
      },
      release() {
        if (released) return;
        released = true;
        arriving.delete(holder);
        used -= bytes;
        serve();
      },
    };
  }

  function serve(): void {
    for (const waiter of waiters) {
      if (used + waiter.bytes > total) break;
      waiters.delete(waiter);
      clearTimeout(waiter.timer);
      waiter.granted.resolve(grant(waiter.bytes, waiter.onRevoked));
    }
    watch();
  }

  /** While somebody waits: takes their room from those who have had it for too long. */
  function watch(): void {
    clearTimeout(patrol);
    const [oldest] = arriving;
    if (waiters.size === 0 || oldest === undefined) return;
    const dueMs = Math.max(oldest.sinceMs + heldMs - performance.now(), 0);
    patrol = setTimeout(() => {
      arriving.delete(oldest);
      oldest.onRevoked(new BodiesFullError());
      watch();
    }, Math.ceil(dueMs));
  }

  return {
    tryTake(bytes, onRevoked) {
      return waiters.size === 0 && used + bytes <= total ? grant(bytes, onRevoked) : undefined;
    },
    take(bytes, onRevoked) {
      const granted = Promise.withResolvers<Room>();
      const timer = setTimeout(() => {
        waiters.delete(waiter);
        granted.reject(new BodiesFullError());
        serve();
      }, waitMs);
      const waiter: Waiter = { bytes, onRevoked, granted, timer };
      waiters.add(waiter);
      serve();
      return granted.promise;
    },
    get usedBytes() {
      return used;
    },
  };
}
