/** Tells whose URLs differ between two evaluations of the observed state. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { FoundUrls } from './urls.ts';

/** Whose URLs differ: of all Receivers, or of those with these paths and keys (`namespace/name`). */
export type Concerned = 'everybody' | { readonly paths: ReadonlySet<string>; readonly receivers: ReadonlySet<string> };

export function concernedBy(before: FoundUrls, after: FoundUrls): Concerned {
  const same = (name: 'everywhere' | 'byRules') => isDeepStrictEqual(before[name], after[name]);
  if (!same('everywhere') || !same('byRules')) return 'everybody';
  return {
    paths: differing(before.byPath, after.byPath),
    receivers: differing(before.byReceiver, after.byReceiver),
  };
}

function differing<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const [key, value] of after) if (!isDeepStrictEqual(before.get(key), value)) keys.add(key);
  for (const key of before.keys()) if (!after.has(key)) keys.add(key);
  return keys;
}
