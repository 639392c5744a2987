/** A list as the API answers it, a part at a time. */
import { continueAt, continueOf, limitOf } from './parameters.ts';

export interface List<T> {
  readonly items: readonly T[];
  /** What `continue` is for the next part; empty: this was the last. */
  readonly continue: string;
  /** The replicas that did not answer, whose part is missing. */
  readonly partial: readonly string[];
  /** RFC 3339: since when each replica remembers. */
  readonly recordingSince: Readonly<Record<string, string>>;
}

/**
 * @param items in their order, which is that of their positions.
 * @param positionOf the place of an item in the order of all: what is inserted or goes meanwhile moves none of the others.
 * @throws Problem for a bad `limit` or `continue`.
 */
export function partOf<T>(
  items: readonly T[],
  query: URLSearchParams,
  positionOf: (item: T) => string,
  isAfter: (position: string, other: string) => boolean,
): Pick<List<T>, 'items' | 'continue'> {
  const limit = limitOf(query);
  const after = continueOf(query);
  const rest = after === undefined ? items : items.filter((item) => isAfter(positionOf(item), after));
  const part = rest.slice(0, limit);
  const last = part.at(-1);
  return { items: part, continue: last === undefined || rest.length <= limit ? '' : continueAt(positionOf(last)) };
}
