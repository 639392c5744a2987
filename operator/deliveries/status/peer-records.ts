/** What the other replicas have said of objects: the newest records of each, within a bound. */
import type { PeerRecord } from '../peers/peer-answer.ts';
import { objectKey } from '../records/object-ref.ts';
import type { ObjectRef } from '../records/record.ts';

export interface PeerRecords {
  /** @returns whether it is new, or has changed. */
  add(record: PeerRecord): boolean;
  of(object: ObjectRef): readonly PeerRecord[];
  /** The listener gets each record that is new or has changed. Must not throw. */
  subscribe(listener: (record: PeerRecord) => void): void;
  clear(): void;
}

/** As many as a replica itself has of an object, of those that count. */
const MAX_OF_OBJECT = 40;

/** @param maxObjects the one that was heard of least recently is forgotten first. */
export function createPeerRecords(maxObjects: number): PeerRecords {
  const objects = new Map<string, Map<string, PeerRecord>>();
  const listeners: ((record: PeerRecord) => void)[] = [];
  return {
    add(record) {
      const key = objectKey(record.object);
      const records = objects.get(key) ?? new Map<string, PeerRecord>();
      objects.delete(key);
      objects.set(key, records);
      const [oldest] = objects.keys();
      if (objects.size > maxObjects && oldest !== undefined) objects.delete(oldest);
      const known = records.get(record.id);
      records.set(record.id, record);
      if (records.size > MAX_OF_OBJECT) dropOldest(records);
      const isNews = known?.lastAt !== record.lastAt || known.verdict !== record.verdict;
      if (isNews) for (const listener of listeners) listener(record);
      return isNews;
    },
    of: (object) => [...(objects.get(objectKey(object))?.values() ?? [])],
    subscribe: (listener) => void listeners.push(listener),
    clear: () => objects.clear(),
  };
}

function dropOldest(records: Map<string, PeerRecord>): void {
  let oldest: PeerRecord | undefined;
  for (const record of records.values()) {
    if (oldest === undefined || Date.parse(record.lastAt) < Date.parse(oldest.lastAt)) oldest = record;
  }
  if (oldest !== undefined) records.delete(oldest.id);
}
