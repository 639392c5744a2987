import { compareBytes } from '../events/compare-bytes.ts';

/** The entries by key in the order of its bytes, as Go writes a map; of one key the last. */
export function sortedMap(entries: Iterable<readonly [string, string]>): ReadonlyMap<string, string> {
  return new Map([...new Map(entries)].sort(([one], [other]) => compareBytes(one, other)));
}
