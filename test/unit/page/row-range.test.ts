// Which rows are near the window.
import { describe, expect, it } from 'vitest';
import { type Rows, rangeAt, topOfRow } from '../../../page/parts/row-range.ts';

const rows: Rows = { count: 5_000, rowHeight: 40, open: -1, openHeight: 0 };
const open: Rows = { ...rows, open: 10, openHeight: 600 };

describe('the rows near the window', () => {
  it.each([
    [0, rows, { from: 0, to: 27 }],
    [-300, rows, { from: 0, to: 19 }],
    [40_000, rows, { from: 994, to: 1_027 }],
    [5_000 * 40 - 800, rows, { from: 4_974, to: 5_000 }],
    [0, { ...rows, count: 3 }, { from: 0, to: 3 }],
    [0, { ...rows, count: 0 }, { from: 0, to: 0 }],
    // The window is full of what is below the open row.
    [500, open, { from: 4, to: 24 }],
    [1_040, open, { from: 5, to: 38 }],
  ])('from %d are few', (top, given, range) => {
    expect(rangeAt(top, 800, given)).toEqual(range);
  });

  it('cover the window, wherever it is and whatever is open', () => {
    for (const given of [rows, open]) {
      for (let top = 0; top < 2_000; top += 7) {
        const { from, to } = rangeAt(top, 800, given);
        expect(topOfRow(from, given)).toBeLessThanOrEqual(top);
        expect(topOfRow(to, given)).toBeGreaterThanOrEqual(top + 800);
      }
    }
  });
});
