/** Cuts an event to what a service takes. */
import type { FluxEvent } from '../flux-event.ts';
import { truncate } from './truncate.ts';

/** A message keeps so much before metadata are cut, in UTF-16 units. */
const SHORT_MESSAGE_LENGTH = 256;
/** What a value keeps when all metadata are too long together. */
const SHORT_VALUE_LENGTH = 128;
/** A longer message is not tried as a whole before shorter ones: to escape megabytes that are cut then takes seconds. */
const LONG_MESSAGE_LENGTH = 65_536;

/**
 * First the message is cut, then the values of the metadata, then the last of these go. What fits stays as it is.
 * @param fits whether the service takes what is made of the event, escapes and markup included; less always fits better.
 */
export function fitEvent(event: FluxEvent, fits: (event: FluxEvent) => boolean): FluxEvent {
  if (event.message.length <= LONG_MESSAGE_LENGTH && fits(event)) return event;
  const rest = fitMetadata(event, (metadata) => fits(cutMessage({ ...event, metadata }, SHORT_MESSAGE_LENGTH)));
  const cut = { ...event, metadata: rest };
  const length = largest(event.message.length, (each) => fits(cutMessage(cut, each)));
  return length === event.message.length && rest === event.metadata ? event : cutMessage(cut, length);
}

function fitMetadata(
  { metadata }: FluxEvent,
  fits: (metadata: FluxEvent['metadata']) => boolean,
): FluxEvent['metadata'] {
  if (fits(metadata)) return metadata;
  const entries = [...metadata].map(([key, value]) => [key, truncate(value, SHORT_VALUE_LENGTH)] as const);
  return new Map(
    entries.slice(
      0,
      largest(entries.length, (count) => fits(new Map(entries.slice(0, count)))),
    ),
  );
}

function cutMessage(event: FluxEvent, length: number): FluxEvent {
  return { ...event, message: length === 0 ? '' : truncate(event.message, length) };
}

/** The greatest number up to `limit` that fits; 0 where none does. Nothing is tried that is more than twice as much. */
function largest(limit: number, fits: (count: number) => boolean): number {
  let [low, high] = [0, limit];
  for (let next = 1; next < high; next *= 2) {
    if (fits(next)) low = next;
    else high = next - 1;
  }
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
