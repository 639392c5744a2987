/**
 * How long one request may take with all its attempts, and its caller's right to break it off: one timer and one
 * listener for all of it, which an AbortSignal for each attempt would not be.
 */
import { ConnectionError } from '../api-error.ts';

export interface Deadline {
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
export function createDeadline(timeoutMs: number, signal?: AbortSignal): Deadline {
  const endMs = performance.now() + timeoutMs;
  const deadline = {
    over: undefined as ConnectionError | undefined,
    get leftMs() {
      // A timer may fire a fraction of a millisecond before its time.
      return deadline.over === undefined ? Math.max(0, endMs - performance.now()) : 0;
    },
    onOver: undefined as Deadline['onOver'],
    breakOff(message: string) {
      deadline.over ??= new ConnectionError(message);
      deadline.onOver?.(deadline.over);
    },
    clear() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      deadline.onOver = undefined;
    },
  };
  const onAbort = (): void => deadline.breakOff('the request was broken off');
  const timer = setTimeout(() => deadline.breakOff(`no answer from the API server within ${timeoutMs} ms`), timeoutMs);
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
export function pause(deadline: Deadline, delayMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    if (deadline.over !== undefined) return reject(deadline.over);
    const timer = setTimeout(resolve, delayMs);
    deadline.onOver = (reason) => {
      clearTimeout(timer);
      reject(reason);
    };
  });
}
