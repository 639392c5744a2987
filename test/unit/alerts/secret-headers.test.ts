import { describe, expect, it } from 'vitest';
import { secretHeaders } from '../../../operator/alerts/secret-headers.ts';

it.each([
  ['A: yes', [['A', 'true']]],
  ['A: 1.0', [['A', '1']]],
  ['A: 12:30', [['A', '12:30']]],
  ['A:', [['A', '']]],
  ['N: a', [['false', 'a']]],
  ["A: '1.0'", [['A', '1.0']]],
  ['A: |-\n  1.0', [['A', '1.0']]],
  ['A: !!str 1.0', [['A', '1.0']]],
  ['A: !!int "0x1F"', [['A', '31']]],
  [
    'A: &a b\nC: *a',
    [
      ['A', 'b'],
      ['C', 'b'],
    ],
  ],
  ['A: 1\nA: 2', [['A', '2']]],
  ['A: b\n---\nC: d', [['A', 'b']]],
  ['', []],
  ['# nothing', []],
  ['~', []],
])('%j are read as %j', async (text, wanted) => {
  expect([...(await secretHeaders(text))]).toEqual(wanted);
});

describe('what is no map of texts', () => {
  it.each(['- a', 'text', 'a: [b]', 'a: {b: c}', '{', 'a: @b', 'a: b: c'])(
    '%j is refused without being shown',
    async (text) => {
      await expect(secretHeaders(text)).rejects.toThrow(
        /^failed to read headers from secret: (?:not |a value is not )/,
      );
    },
  );

  it('is not shown in a warning of the process either', async () => {
    const warnings: unknown[] = [];
    const keep = (warning: Error) => void warnings.push(warning);
    process.on('warning', keep);
    expect([...(await secretHeaders('A: !unknown canary'))]).toEqual([['A', 'canary']]);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', keep);
    expect(warnings).toEqual([]);
  });
});
