/** A time in which nobody served webhooks, and how it is noted on the Lease until it is made up for. */

/** In ms since 1970. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The annotation of the Lease. */
export const GAP_ANNOTATION = 'sluice/catch-up';

/**
 * @param renewedMs when the Lease was last renewed by who held it before.
 * @param servingSinceMs since when each replica serves that is there now.
 * @param longerThanMs 0: no gap counts.
 */
export function gapOf(
  renewedMs: number | undefined,
  servingSinceMs: readonly number[],
  longerThanMs: number,
): Gap | undefined {
  if (renewedMs === undefined || servingSinceMs.length === 0 || longerThanMs === 0) return undefined;
  const toMs = Math.min(...servingSinceMs);
  return toMs - renewedMs > longerThanMs ? { fromMs: renewedMs, toMs } : undefined;
}

/** Both gaps as one; what was annotated since the later of them needs nothing. */
export function joinGaps(a: Gap | undefined, b: Gap | undefined): Gap | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { fromMs: Math.min(a.fromMs, b.fromMs), toMs: Math.max(a.toMs, b.toMs) };
}

/** `<from>/<to>`, each RFC 3339. */
export function formatGap({ fromMs, toMs }: Gap): string {
  return `${new Date(fromMs).toISOString()}/${new Date(toMs).toISOString()}`;
}

/** Undefined for what is no gap, or ends in the future. */
export function parseGap(text: string | undefined, nowMs: number): Gap | undefined {
  const [fromMs = Number.NaN, toMs = Number.NaN, ...more] = (text ?? '').split('/').map((time) => Date.parse(time));
  return fromMs <= toMs && toMs <= nowMs && more.length === 0 ? { fromMs, toMs } : undefined;
}
