/** Follows which rows of a long list are near the window as it scrolls. */
import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { type Range, type Rows, rangeAt } from './row-range.ts';

/** Until the page is laid out. */
const FIRST_ROWS = 30;

/** @param root the element that holds the rows. */
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
