/** Counts the requests that were refused in a row, over the records of all replicas and by time. Pure. */
import type { ErrorCode } from '../../api/errors.ts';
import type { PeerRecord } from '../peers/peer-answer.ts';

export interface Refusals {
  /** When the newest request came that was not refused, in ms since 1970; undefined: none is known. */
  readonly servedAtMs: number | undefined;
  /** How many were refused since. */
  readonly count: number;
  /** The code of the newest of them. */
  readonly code: string | undefined;
  /** How many of them have that code, and when the first and the last of these came. */
  readonly alike: { readonly count: number; readonly firstAtMs: number; readonly lastAtMs: number };
}

/** There was no room for them: they say nothing of the sender, nor of the object. */
const NO_ROOM: ReadonlySet<string> = new Set<ErrorCode>(['PendingFull', 'BodiesFull', 'RefusedTooOften']);

/** Whether a record says that what a sender sends arrives, or does not. */
export function isCounted({ origin, code, suspended }: PeerRecord): boolean {
  return (origin === 'http' || origin === 'broker') && suspended !== true && !NO_ROOM.has(code);
}

/** @param records of one object. @param servedAtLeastMs when one was not refused that has no record any more. */
export function refusalsInARow(records: readonly PeerRecord[], servedAtLeastMs?: number): Refusals {
  const counted = records.filter(isCounted);
  const served = counted.filter(({ verdict }) => verdict !== 'refused').map(({ lastAt }) => Date.parse(lastAt));
  const servedAtMs = Math.max(servedAtLeastMs ?? Number.NEGATIVE_INFINITY, ...served);
  const rows = counted
    .filter(({ verdict }) => verdict === 'refused')
    .map((record) => ({ code: record.code, ...after(record, servedAtMs) }))
    .filter(({ count }) => count > 0);
  const [newest] = rows.sort((a, b) => b.lastAtMs - a.lastAtMs);
  const alike = rows.filter(({ code }) => code === newest?.code);
  return {
    servedAtMs: servedAtMs === Number.NEGATIVE_INFINITY ? undefined : servedAtMs,
    count: sum(rows),
    code: newest?.code,
    alike: {
      count: sum(alike),
      firstAtMs: Math.min(...alike.map(({ firstAtMs }) => firstAtMs)),
      lastAtMs: newest?.lastAtMs ?? 0,
    },
  };
}

/** Of the requests that a record stands for: those that came after a time. */
function after({ at, lastAt, repeated, row, recentAt }: PeerRecord, sinceMs: number) {
  const [firstAtMs, lastAtMs] = [Date.parse(at), Date.parse(lastAt)];
  if (firstAtMs > sinceMs) return { count: repeated, firstAtMs, lastAtMs };
  const rowAtMs = Date.parse(row?.at ?? '');
  if (row !== undefined && rowAtMs > sinceMs) return { count: row.count, firstAtMs: rowAtMs, lastAtMs };
  const times = recentAt?.map((time) => Date.parse(time)) ?? [lastAtMs];
  const later = times.filter((time) => time > sinceMs);
  return { count: later.length, firstAtMs: Math.min(...later), lastAtMs };
}

function sum(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((total, { count }) => total + count, 0);
}
