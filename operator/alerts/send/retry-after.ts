/** Reads the header `Retry-After` (RFC 9110, 10.2.3): seconds or a date. */
import { systemClock } from '../../observe/clock.ts';

/** @returns ms from `nowMs` on, 0 for a date that is past; undefined where the header is absent or says neither. */
export function retryAfterMs(header: string | undefined, nowMs: number = systemClock.now()): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  // Date.parse makes a time of `-1`, too.
  const at = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(at - nowMs, 0);
}
