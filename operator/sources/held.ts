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
  /** Runs until it is let go. */
  extension: Timer | undefined;
  /** Of an extension that failed: tries it again. */
  again: Timer | undefined;
  expiry: Timer | undefined;
}

export interface HoldOptions {
  readonly source: Pick<Source, 'extendEveryMs' | 'maxHoldMs'>;
  readonly clock: Clock;
  /** It could not be extended: of each attempt. */
  readonly onError: (message: Message, error: unknown) => void;
  /** It may be held no longer. Called again and again until it is let go. */
  readonly onExpired: (held: Held) => void;
}

/** The first wait after an extension that failed, as a part of `extendEveryMs`; each further one is twice as long. */
const AGAIN_PART = 1 / 8;

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
    again: undefined,
    expiry: undefined,
  };
  const { extendEveryMs: everyMs } = source;
  if (everyMs !== undefined) {
    held.extension = clock.setInterval(() => {
      void extend(options, held, { everyMs, againInMs: everyMs * AGAIN_PART });
    }, everyMs);
  }
  if (source.maxHoldMs !== undefined) held.expiry = clock.setInterval(() => options.onExpired(held), source.maxHoldMs);
  return held;
}

interface Extension {
  readonly everyMs: number;
  readonly againInMs: number;
}

/**
 * One that fails is tried again before the next is due: that one comes when the broker may have given the message to
 * somebody else.
 */
async function extend(options: HoldOptions, held: Held, { everyMs, againInMs }: Extension): Promise<void> {
  held.again?.cancel();
  try {
    await held.message.extend();
  } catch (error) {
    options.onError(held.message, error);
    if (held.extension === undefined || againInMs >= everyMs) return;
    held.again?.cancel();
    held.again = options.clock.setTimeout(() => {
      void extend(options, held, { everyMs, againInMs: againInMs * 2 });
    }, againInMs);
  }
}

/** Ends all that runs for it. */
export function letGo(held: Held): void {
  for (const timer of [held.wait, held.extension, held.again, held.expiry]) timer?.cancel();
  held.extension = undefined;
}
