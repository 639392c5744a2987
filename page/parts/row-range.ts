/** Which rows of a long list are near the window. */

/** Rows above and below the window that are there before they are seen. */
const OVERSCAN = 6;

export interface Rows {
  readonly count: number;
  /** In CSS pixels. */
  readonly rowHeight: number;
  /** Index of the row with something below it; -1: none. */
  readonly open: number;
  /** Of what is below it. */
  readonly openHeight: number;
}

export interface Range {
  readonly from: number;
  /** Not itself in it. */
  readonly to: number;
}

/** From the top of the first row, in CSS pixels. */
export function topOfRow(index: number, { rowHeight, open, openHeight }: Rows): number {
  return index * rowHeight + (open >= 0 && index > open ? openHeight : 0);
}

/** @param top of the window, from the top of the first row. */
export function rangeAt(top: number, height: number, rows: Rows): Range {
  const from = rowAt(top, rows) - OVERSCAN;
  const to = rowAt(top + height, rows) + 1 + OVERSCAN;
  return { from: Math.max(0, from), to: Math.max(0, Math.min(rows.count, to)) };
}

/** @param top from the top of the first row. */
export function rowAt(top: number, { rowHeight, open, openHeight }: Rows): number {
  const end = (open + 1) * rowHeight;
  if (open < 0 || top < end) return Math.floor(top / rowHeight);
  return top < end + openHeight ? open : Math.floor((top - openHeight) / rowHeight);
}
