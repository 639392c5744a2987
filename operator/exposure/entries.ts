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
  /** The Receivers that request a Secret of that `namespace/name` for their URL. */
  requesting(secretKey: string): readonly string[];
  /** The Receivers whose requests are unfulfilled. */
  troubled(): readonly string[];
}

export function createEntries(): Entries {
  const entries = new Map<string, Entry>();
  const byService = createKeyIndex();
  const bySecret = createKeyIndex();
  return {
    get: (key) => entries.get(key),
    keys: () => entries.keys(),
    set(key, entry) {
      const [left, entered] = [sharedName(entries.get(key)), sharedName(entry)];
      const concerned = new Set([key]);
      for (const name of [left, entered]) {
        for (const other of name === undefined ? [] : byService.keysOf(name)) concerned.add(other);
      }
      if (entry === undefined) entries.delete(key);
      else entries.set(key, entry);
      byService.set(key, entered);
      bySecret.set(key, secretKeyOf(entry));
      return concerned;
    },
    sharers: (name) => byService.keysOf(name).flatMap((key) => entries.get(key) ?? []),
    requesting: (secretKey) => bySecret.keysOf(secretKey),
    troubled: () => [...entries.values()].filter(({ outcome }) => outcome?.problem !== undefined).map(({ key }) => key),
  };
}

function sharedName(entry: Entry | undefined): string | undefined {
  return entry?.path === undefined ? undefined : entry.granted.service?.name;
}

function secretKeyOf(entry: Entry | undefined): string | undefined {
  const { urlSecret } = entry?.granted ?? {};
  return urlSecret === undefined ? undefined : `${entry?.owner.namespace}/${urlSecret.name}`;
}
