import type { Broker } from './envelope.ts';
import type { SourceEvent } from './unwrap.ts';

/** The types of `msg`'s fields are as filters see them: `attempt` is an int. */
export type MessageVariable = Readonly<Record<string, unknown>>;

/**
 * `msg` as filters see it.
 *
 * @param attempt how often the broker has given the message; 0: it does not count.
 */
export function messageVariable(
  { type, source, subject, id, time, attributes, path }: SourceEvent,
  { attempt, broker }: { readonly attempt: number; readonly broker: Broker },
): MessageVariable {
  return { type, source, subject, id, time, attributes, attempt: BigInt(attempt), broker, path };
}
