/** Microsoft's own reader of Adaptive Cards judges one. */
import { createRequire } from 'node:module';
import type * as AdaptiveCards from 'adaptivecards';

// The package's own entry is for bundlers.
const { AdaptiveCard, SerializationContext, Versions }: typeof AdaptiveCards = createRequire(import.meta.url)(
  'adaptivecards/dist/adaptivecards.js',
);

/** What the reader objects to in a card, and what of it the reader does not know; empty: nothing. */
export function cardFaults(card: Readonly<Record<string, unknown>>): readonly string[] {
  // Teams reads its own part of a card itself.
  const { msteams: _, ...known } = card;
  const context = new SerializationContext(Versions.v1_4);
  const read = new AdaptiveCard();
  read.parse(known, context);
  const faults = Array.from({ length: context.eventCount }, (_value, index) => context.getEventAt(index));
  const { validationEvents } = read.validateProperties();
  const written = read.toJSON(context);
  return [...[...faults, ...validationEvents].map(({ message }) => message), ...differences(known, written, 'card')];
}

function differences(sent: unknown, read: unknown, path: string): readonly string[] {
  if (typeof sent !== 'object' || sent === null) {
    // It writes names with a capital letter, and no empty text.
    const isSame = String(sent).toLowerCase() === String(read ?? '').toLowerCase();
    return isSame ? [] : [`${path} is ${JSON.stringify(sent)}, and read as ${JSON.stringify(read)}`];
  }
  const other = (typeof read === 'object' && read !== null ? read : {}) as Readonly<Record<string, unknown>>;
  return Object.entries(sent).flatMap(([key, value]) => differences(value, other[key], `${path}.${key}`));
}
