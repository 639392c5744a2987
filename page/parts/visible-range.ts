/** Which rows of a long list are near the window. */
import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/** Rows above and below the window that are there before they are seen. */
const OVERSCAN = 6;
const FIRST_ROWS = 30;

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

function rowAt(top: number, { rowHeight, open, openHeight }: Rows): number {
  const end = (open + 1) * rowHeight;
  if (open < 0 || top < end) return Math.floor(top / rowHeight);
  return top < end + openHeight ? open : Math.floor((top - openHeight) / rowHeight);
}

/** Follows the window's scrolling. */
export function useVisibleRange(root: RefObject<HTMLElement | null>, rows: Rows): Range {
  const range = useSignal<Range>({ from: 0, to: FIRST_ROWS });
  const { count, rowHeight, open, openHeight } = rows;
  useLayoutEffect(() => {
    const measure = (): void => {
      const top = root.current?.getBoundingClientRect().top ?? 0;
      const next = rangeAt(-top, innerHeight, { count, rowHeight, open, openHeight });
      const { from, to } = range.peek();
      if (next.from !== from || next.to !== to) range.value = next;
    };
    measure();
    addEventListener('scroll', measure, { passive: true });
    addEventListener('resize', measure, { passive: true });
    return () => {
      removeEventListener('scroll', measure);
      removeEventListener('resize', measure);
    };
  }, [count, rowHeight, open, openHeight]);
  return range.value;
}
