/** A message that is received and that the broker has not yet had an answer for: kept from others as long as that lasts. */
import type { Clock, Timer } from '../observe/clock.ts';
import type { Message, Source } from './source.ts';

export interface Held {
  readonly message: Message;
  /** By `elapsedMs`. */
  readonly sinceMs: number;
  /** Of its body. */
  readonly bytes: number;
  /** The one that is made or comes next; 1 and up. */
  attempt: number;
  phase: 'running' | 'failing' | 'away';
  /** Ends the wait of a message that is failing. */
  wait: Timer | undefined;
  extension: Timer | undefined;
  expiry: Timer | undefined;
}

export interface HoldOptions {
  readonly source: Pick<Source, 'extendEveryMs' | 'maxHoldMs'>;
  readonly clock: Clock;
  /** It could not be extended. */
  readonly onError: (message: Message, error: unknown) => void;
  /** It may be held no longer. Called again and again until it is let go. */
  readonly onExpired: (held: Held) => void;
}

export function hold(options: HoldOptions, message: Message, attempt: number): Held {
  const { source, clock } = options;
  const held: Held = {
    message,
    sinceMs: clock.elapsedMs(),
    bytes: message.body.length,
    attempt,
    phase: 'running',
    wait: undefined,
    extension: undefined,
    expiry: undefined,
  };
  if (source.extendEveryMs !== undefined) {
    held.extension = clock.setInterval(() => {
      void extend(options, message);
    }, source.extendEveryMs);
  }
  if (source.maxHoldMs !== undefined) held.expiry = clock.setInterval(() => options.onExpired(held), source.maxHoldMs);
  return held;
}

async function extend({ onError }: HoldOptions, message: Message): Promise<void> {
  try {
    await message.extend();
  } catch (error) {
    onError(message, error);
  }
}

/** Ends all that runs for it. */
export function letGo({ wait, extension, expiry }: Held): void {
  for (const timer of [wait, extension, expiry]) timer?.cancel();
}
