/** Holds the Receivers that request or hold exposure objects, and which of them share a Service. */
import { createKeyIndex } from '../kube/queue/key-index.ts';
import type { Entry } from './entry.ts';

export interface Entries {
  get(key: string): Entry | undefined;
  keys(): Iterable<string>;
  /** @param entry undefined: forgets it. @returns the Receivers concerned: itself and those that share its Service. */
  set(key: string, entry: Entry | undefined): ReadonlySet<string>;
  /** The Receivers that request a Service of that name. */
  sharers(serviceName: string): readonly Entry[];
  /** The Receivers whose requests are unfulfilled. */
  troubled(): readonly string[];
}

export function createEntries(): Entries {
  const entries = new Map<string, Entry>();
  const byService = createKeyIndex();

  function nameOf(entry: Entry | undefined): string | undefined {
    return entry?.path === undefined ? undefined : entry.granted.service?.name;
  }

  function keysOf(serviceName: string | undefined): readonly string[] {
    return serviceName === undefined ? [] : byService.keysOf(serviceName);
  }

  return {
    get: (key) => entries.get(key),
    keys: () => entries.keys(),
    set(key, entry) {
      const [left, entered] = [nameOf(entries.get(key)), nameOf(entry)];
      if (entry === undefined) entries.delete(key);
      else entries.set(key, entry);
      byService.set(key, entered);
      return new Set([key, ...keysOf(left), ...keysOf(entered)]);
    },
    sharers: (name) => byService.keysOf(name).flatMap((key) => entries.get(key) ?? []),
    troubled: () => [...entries.values()].filter(({ outcome }) => outcome?.problem !== undefined).map(({ key }) => key),
  };
}
