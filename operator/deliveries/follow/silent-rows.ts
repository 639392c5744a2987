/** The moves in a row of each source that nobody announced, and what is said of them. It asks nobody. */
import { isSameObject } from '../records/object-ref.ts';
import type { DeliveryRecord, ObjectRef } from '../records/record.ts';

export interface SilentRow {
  /** How many moves. */
  readonly count: number;
  /** When the first of them was seen, in ms since 1970. */
  readonly sinceMs: number;
  /** To which the last of them was. */
  readonly revision: string | undefined;
  /** What is said of it. */
  readonly told: readonly Told[];
}

export interface Told {
  readonly object: ObjectRef;
  readonly message: string;
}

export interface SilentRows {
  /** @param ref `Kind/namespace/name` of the source. */
  of(ref: string): SilentRow | undefined;
  set(ref: string, row: SilentRow): void;
  /** The row of the source is over. */
  clear(ref: string): void;
  /** A delivery came at this time, in ms since 1970: the rows of its targets are over. One of before a row says nothing of it. */
  delivered(record: Pick<DeliveryRecord, 'verdict' | 'origin' | 'targets'>, atMs: number): void;
  /** Forgets all, and says nothing. */
  forget(): void;
}

/** @param tell what is to be said of an object; undefined: nothing any more. */
export function createSilentRows(tell: (object: ObjectRef, message: string | undefined) => void): SilentRows {
  const rows = new Map<string, SilentRow>();

  /** Of each object what is said of any of its sources. */
  function tellOf(objects: Iterable<ObjectRef>): void {
    const all = [...rows.values()].flatMap(({ told }) => told);
    for (const object of objects) {
      tell(object, all.findLast((told) => isSameObject(told.object, object))?.message);
    }
  }

  function clear(ref: string): void {
    const row = rows.get(ref);
    rows.delete(ref);
    tellOf(objectsOf(row));
  }

  return {
    of: (ref) => rows.get(ref),
    set(ref, row) {
      const now = objectsOf(row);
      const others = objectsOf(rows.get(ref)).filter((object) => !now.some((other) => isSameObject(object, other)));
      rows.set(ref, row);
      tellOf([...others, ...now]);
    },
    clear,
    /** On the way of each delivery: mostly there is nothing to clear. */
    delivered(record, atMs) {
      if (rows.size === 0 || !isAccepted(record)) return;
      for (const { ref, requestedAt } of record.targets ?? []) {
        const row = rows.get(ref);
        if (row !== undefined && requestedAt !== undefined && atMs >= row.sinceMs) clear(ref);
      }
    },
    forget: () => rows.clear(),
  };
}

function objectsOf(row: SilentRow | undefined): readonly ObjectRef[] {
  return row?.told.map(({ object }) => object) ?? [];
}

/** What a sender sent, and was not refused. */
export function isAccepted({ verdict, origin }: Pick<DeliveryRecord, 'verdict' | 'origin'>): boolean {
  return (verdict === 'accepted' || verdict === 'pending') && (origin === 'http' || origin === 'broker');
}
