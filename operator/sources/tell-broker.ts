/** Tells a broker what has become of a message. */
import type { Clock } from '../observe/clock.ts';
import type { Source } from './source.ts';

export interface TellBrokerOptions {
  readonly source: Pick<Source, 'extendEveryMs'>;
  readonly clock: Clock;
  /** Nothing is to be waited for any more. */
  readonly isEnding: () => boolean;
}

/** Before the second try; a message that is let go of is extended no more, so it comes while the broker keeps it for us. */
const AGAIN_MS = 1_000;

/**
 * A broker that knows a message beside the connection is told twice where the first call fails: a fault of a moment is no
 * reason for the message to come again. @throws what the last call throws.
 */
export async function tellBroker(options: TellBrokerOptions, tell: () => Promise<void>): Promise<void> {
  const { source, clock, isEnding } = options;
  try {
    return await tell();
  } catch (error) {
    if (source.extendEveryMs === undefined || isEnding()) throw error;
  }
  const over = Promise.withResolvers<void>();
  clock.setTimeout(over.resolve, Math.min(AGAIN_MS, source.extendEveryMs / 2));
  await over.promise;
  await tell();
}
