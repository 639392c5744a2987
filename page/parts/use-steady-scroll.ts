/**
 * Keeps what somebody reads where it is while rows come above it or close, and has the row that opens in view, whether by
 * a click or by a link.
 */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type Rows, rowAt, topOfRow } from './row-range.ts';

interface Drawn {
  readonly keys: readonly string[];
  readonly openKey: string;
  readonly rows: Rows;
}

/** So many rows say how far they have moved: one of them may have gone elsewhere. */
const WITNESSES = 5;

/** @param root holds the rows; what is before it stays on top of them. */
export function useSteadyScroll(root: RefObject<HTMLElement | null>, drawn: Drawn): void {
  const last = useRef<Drawn>({ keys: [], openKey: '', rows: { ...drawn.rows, count: 0, open: -1, openHeight: 0 } });
  useLayoutEffect(() => {
    const before = last.current;
    last.current = drawn;
    if (root.current === null) return;
    const head = Math.max(0, root.current.previousElementSibling?.getBoundingClientRect().bottom ?? 0);
    // From the first row to what is seen below the heading.
    const seenFrom = head - root.current.getBoundingClientRect().top;
    const turned = turnedKey(before, drawn);
    const by = turned === undefined ? movedBy(before, drawn, seenFrom) : (shiftOf(before, drawn, turned) ?? 0);
    const place = turned === undefined ? undefined : placeOf(drawn, turned);
    const room = innerHeight - head;
    if (place !== undefined && isOutOfView(place - seenFrom - by, room, drawn.rows.rowHeight)) {
      scrollBy({ top: place - seenFrom - room / 3 });
    } else if (by !== 0) scrollBy({ top: by });
  });
}

/** The row that has just opened, or has just closed. */
function turnedKey(before: Drawn, drawn: Drawn): string | undefined {
  const [was, is] = [before, drawn].map(({ openKey, rows }) => (rows.open < 0 ? undefined : openKey));
  return was === is ? undefined : (is ?? was);
}

/** How far what is read has moved: the open row, where any of it is seen, else the rows that are. */
function movedBy(before: Drawn, drawn: Drawn, seenFrom: number): number {
  const { keys, openKey, rows } = before;
  const top = topOfRow(rows.open, rows);
  const isOpenSeen =
    rows.open >= 0 && top < seenFrom + innerHeight && top + rows.rowHeight + rows.openHeight > seenFrom;
  if (isOpenSeen) return shiftOf(before, drawn, openKey) ?? 0;
  // Who sees the top of the list sees what comes there.
  if (seenFrom <= 0) return 0;
  const first = rowAt(seenFrom, rows);
  const shifts = keys.slice(first, first + WITNESSES).flatMap((key) => shiftOf(before, drawn, key) ?? []);
  return shifts.sort((a, b) => a - b)[shifts.length >> 1] ?? 0;
}

function shiftOf(before: Drawn, drawn: Drawn, key: string): number | undefined {
  const [from, to] = [placeOf(before, key), placeOf(drawn, key)];
  return from === undefined || to === undefined ? undefined : to - from;
}

function placeOf({ keys, rows }: Drawn, key: string): number | undefined {
  const index = keys.indexOf(key);
  return index < 0 ? undefined : topOfRow(index, rows);
}

/** @param top from the heading. */
function isOutOfView(top: number, room: number, rowHeight: number): boolean {
  return top + rowHeight / 2 < 0 || top + rowHeight / 2 > room;
}
