import type { Clock } from '../observe/clock.ts';

/** Who pauses one time after another, and may be woken before the time is over. */
export interface Sleeper {
  readonly clock: Clock;
  /** Ends the pause that it is in, or was in last. */
  wake: (() => void) | undefined;
}

/** Done after `delayMs`, or when `wake` is called. */
export function pause(sleeper: Sleeper, delayMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = sleeper.clock.setTimeout(resolve, delayMs);
  sleeper.wake = () => {
    timer.cancel();
    resolve();
  };
  return promise;
}
