/** When nobody served, and how that is noted. */
import { describe, expect, it } from 'vitest';
import { formatGap, gapOf, joinGaps, parseGap } from '../../../../operator/deliveries/catch-up/gap.ts';

const NOW_MS = Date.UTC(2026, 10, 26, 12);

describe('a gap', () => {
  it.each<
    [what: string, renewed: number | undefined, serving: number[], after: number, gap: [number, number] | undefined]
  >([
    ['is from the last renewal to the first replica that serves', 1_000, [13_000, 12_000], 10_000, [1_000, 12_000]],
    ['is none where it is as long as allowed', 1_000, [11_000], 10_000, undefined],
    ['is none where another replica served all the time', 90_000, [95_000, 2_000], 10_000, undefined],
    ['is none without a renewal', undefined, [95_000], 10_000, undefined],
    ['is none while nobody serves', 1_000, [], 10_000, undefined],
    ['is none where nothing is to be made up for', 1_000, [95_000], 0, undefined],
  ])('%s', (_what, renewed, serving, after, expected) => {
    const gap = gapOf(renewed, serving, after);
    expect(gap && [gap.fromMs, gap.toMs]).toEqual(expected);
  });

  it('is read as it was written', () => {
    const gap = { fromMs: NOW_MS - 90_000, toMs: NOW_MS - 1 };
    expect(formatGap(gap)).toBe('2026-11-26T11:58:30.000Z/2026-11-26T11:59:59.999Z');
    expect(parseGap(formatGap(gap), NOW_MS)).toEqual(gap);
  });

  it.each([
    undefined,
    '',
    'x',
    '2026-11-26T11:58:30Z',
    '2026-11-26T11:58:30Z/x',
    '2026-11-26T11:58:30Z/2026-11-26T11:58:29Z',
    '2026-11-26T11:58:30Z/2026-11-26T12:00:01Z',
    '2026-11-26T11:58:30Z/2026-11-26T11:59:01Z/2026-11-26T11:59:02Z',
  ])('is not read from %j', (text) => {
    expect(parseGap(text, NOW_MS)).toBeUndefined();
  });

  it('that was not made up for is a part of the next one', () => {
    const first = { fromMs: 1, toMs: 2 };
    const second = { fromMs: 5, toMs: 9 };
    expect(joinGaps(first, second)).toEqual({ fromMs: 1, toMs: 9 });
    expect([joinGaps(first, undefined), joinGaps(undefined, second), joinGaps(undefined, undefined)]).toEqual([
      first,
      second,
      undefined,
    ]);
  });
});
