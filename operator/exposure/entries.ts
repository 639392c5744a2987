/** All Receivers that have, had or want doors of their own, and who shares a Service with whom. */
import type { Entry } from './entry.ts';

export interface Entries {
  get(key: string): Entry | undefined;
  keys(): Iterable<string>;
  /** @param entry undefined: forgets it. @returns whose doors may be others now, by the Services that are shared. */
  set(key: string, entry: Entry | undefined): ReadonlySet<string>;
  /** Who wants a Service of that name. */
  sharers(serviceName: string): readonly Entry[];
  /** Those whose wishes could not be fulfilled. */
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
