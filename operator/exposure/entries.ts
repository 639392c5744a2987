/** Holds the Receivers that request or hold exposure objects, and which of them share a Service. */
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
  const byService = new Map<string, Set<string>>();

  function nameOf(entry: Entry | undefined): string | undefined {
    return entry?.path === undefined ? undefined : entry.granted.service?.name;
  }

  return {
    get: (key) => entries.get(key),
    keys: () => entries.keys(),
    set(key, entry) {
      const concerned = new Set([key]);
      const [left, entered] = [nameOf(entries.get(key)), nameOf(entry)];
      if (entry === undefined) entries.delete(key);
      else entries.set(key, entry);
      if (left !== undefined) {
        for (const other of byService.get(left) ?? []) concerned.add(other);
        if (left !== entered) byService.get(left)?.delete(key);
        if (byService.get(left)?.size === 0) byService.delete(left);
      }
      if (entered !== undefined) {
        byService.set(entered, (byService.get(entered) ?? new Set()).add(key));
        for (const other of byService.get(entered) ?? []) concerned.add(other);
      }
      return concerned;
    },
    sharers: (name) => [...(byService.get(name) ?? [])].flatMap((key) => entries.get(key) ?? []),
    troubled: () => [...entries.values()].filter(({ outcome }) => outcome?.problem !== undefined).map(({ key }) => key),
  };
}
