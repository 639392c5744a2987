/**
 * How long one request may take with all its attempts, and its caller's right to break it off: one timer and one
 * listener for all of it, which an AbortSignal for each attempt would not be.
 */
import { type Clock, systemClock } from '../../observe/clock.ts';
import { ConnectionError } from '../api-error.ts';
import { pause, type Sleeper } from '../pause.ts';

export interface Deadline {
  readonly clock: Clock;
  /** Why it is over, once it is. */
  readonly over: ConnectionError | undefined;
  readonly leftMs: number;
  /** What to do when it is over; whoever waits now replaces whoever waited before. */
  onOver: ((reason: ConnectionError) => void) | undefined;
  /** Ends it before its time. */
  breakOff(message: string): void;
  /** To be called at the end, whatever the end was. */
  clear(): void;
}

/** Begins now. `signal` ends it before its time. */
export function createDeadline(timeoutMs: number, signal?: AbortSignal, clock: Clock = systemClock): Deadline {
  const endMs = clock.elapsedMs() + timeoutMs;
  const deadline = {
    clock,
    over: undefined as ConnectionError | undefined,
    get leftMs() {
      // A timer may fire a fraction of a millisecond before its time.
      return deadline.over === undefined ? Math.max(0, endMs - clock.elapsedMs()) : 0;
    },
    onOver: undefined as Deadline['onOver'],
    breakOff(message: string) {
      deadline.over ??= new ConnectionError(message);
      deadline.onOver?.(deadline.over);
    },
    clear() {
      timer.cancel();
      signal?.removeEventListener('abort', onAbort);
      deadline.onOver = undefined;
    },
  };
  const onAbort = (): void => deadline.breakOff('the request was broken off');
  const timeOut = (): void => deadline.breakOff(`no answer from the API server within ${timeoutMs} ms`);
  const timer = clock.setTimeout(timeOut, timeoutMs);
  if (signal?.aborted === true) onAbort();
  else signal?.addEventListener('abort', onAbort);
  return deadline;
}

/** What the promise gives. @throws the reason of the deadline when that is over first. */
export function within<T>(deadline: Deadline, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    promise.then(resolve, reject);
    if (deadline.over !== undefined) reject(deadline.over);
    deadline.onOver = reject;
  });
}

/** Waits. @throws the reason of the deadline when that is over first. */
export async function pauseWithin(deadline: Deadline, delayMs: number): Promise<void> {
  if (deadline.over !== undefined) throw deadline.over;
  const sleeper: Sleeper = { clock: deadline.clock, wake: undefined };
  deadline.onOver = () => sleeper.wake?.();
  await pause(sleeper, delayMs);
  if (deadline.over !== undefined) throw deadline.over;
}
