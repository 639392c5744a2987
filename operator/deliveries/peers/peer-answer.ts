/** What a replica answers its peers: who it is, since when it records and serves, and the newest of its records. */
import type { Clock } from '../../observe/clock.ts';
import type { Journal } from '../records/journal.ts';
import type { DeliveryRecord } from '../records/record.ts';
import { type RecordView, recordView } from '../records/record-view.ts';
import type { PeerQuery } from './peer-query.ts';

/** A record as people see it, and what only replicas read of it. */
export interface PeerRecord extends RecordView {
  /** When the last requests came that are folded into it, from the newest on; absent where `at` and `lastAt` say it. */
  readonly recentAt?: readonly string[];
  /** Of those: since when, and how many, came after the last one to this replica that was not refused; absent: all. */
  readonly row?: { readonly at: string; readonly count: number };
  /** The ids of messages that are folded into it, without its own. */
  readonly foldedIds?: readonly string[];
  /** It came while the object was suspended. */
  readonly suspended?: true;
}

/** The JSON of `GET /internal/v1/deliveries`. Times are RFC 3339. */
export interface PeerAnswer {
  readonly replica: string;
  readonly recordingSince: string;
  /** Absent: it does not serve yet. */
  readonly servingSince?: string;
  /** From the newest to the oldest. */
  readonly items: readonly PeerRecord[];
}

/** Answers from the records of this replica. */
export interface OwnAnswers {
  /** @param maxItems how many of the newest; absent: all. */
  answer(query: PeerQuery, maxItems?: number): PeerAnswer;
  stop(): void;
}

export interface OwnAnswersOptions {
  readonly journal: Journal;
  readonly replica: string;
  readonly servingSinceMs: () => number | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

export function createOwnAnswers(options: OwnAnswersOptions): OwnAnswers {
  const { journal, replica, servingSinceMs, clock } = options;
  /** When a record changed that nothing was folded into: that does not change its time. */
  const changedAtMs = new WeakMap<DeliveryRecord, number>();
  const unsubscribe = journal.subscribe((record, change) => {
    if (change === 'changed' && record.repeated === 1) changedAtMs.set(record, clock.now());
  });
  const isSince = (record: DeliveryRecord, sinceMs: number) =>
    record.lastAtMs >= sinceMs || (changedAtMs.get(record) ?? 0) >= sinceMs;
  return {
    answer({ sinceMs = 0, object }, maxItems = Number.POSITIVE_INFINITY) {
      const objects = object === undefined ? journal.objects() : [object];
      const found = objects.flatMap((each) => {
        const others = journal.of(each);
        return others.filter((record) => isSince(record, sinceMs)).map((record) => ({ record, others }));
      });
      found.sort((a, b) => b.record.lastAtMs - a.record.lastAtMs || b.record.sequence - a.record.sequence);
      const servingMs = servingSinceMs();
      return {
        replica,
        recordingSince: new Date(journal.recordingSinceMs).toISOString(),
        ...(servingMs === undefined ? {} : { servingSince: new Date(servingMs).toISOString() }),
        items: found
          .slice(0, maxItems)
          .map(({ record, others }) => ({ ...recordView(record, replica, journal, others), ...forLeader(record) })),
      };
    },
    stop: unsubscribe,
  };
}

function forLeader({ recentAtMs, row, foldedIds, suspended }: DeliveryRecord): Omit<PeerRecord, keyof RecordView> {
  return {
    ...(recentAtMs === undefined ? {} : { recentAt: recentAtMs.map((atMs) => new Date(atMs).toISOString()) }),
    ...(row === undefined ? {} : { row: { at: new Date(row.firstAtMs).toISOString(), count: row.count } }),
    ...(foldedIds === undefined ? {} : { foldedIds }),
    ...(suspended === true ? { suspended } : {}),
  };
}

/** A record as people see it. */
export function withoutLeaderFields(record: PeerRecord): RecordView {
  const { recentAt: _recentAt, row: _row, foldedIds: _foldedIds, suspended: _suspended, ...view } = record;
  return view;
}
