/** The expected values are those of Go's time.ParseDuration and Duration.String. */
import { describe, expect, it } from 'vitest';
import { parseGoDuration, printGoDuration } from '../../../operator/api/go-duration.ts';

describe('a duration as Go reads and prints it', () => {
  it.each([
    ['0', 0, '0s'],
    ['+0', 0, '0s'],
    ['-0', 0, '0s'],
    ['0s', 0, '0s'],
    ['5s', 5_000, '5s'],
    ['+5s', 5_000, '5s'],
    ['-1.5h', -5_400_000, '-1h30m0s'],
    ['1h2m3.5s', 3_723_500, '1h2m3.5s'],
    ['.5s', 500, '500ms'],
    ['1.s', 1_000, '1s'],
    ['100us', 0.1, '100\u00b5s'],
    ['100\u00b5s', 0.1, '100\u00b5s'],
    ['100\u03bcs', 0.1, '100\u00b5s'],
    ['0.5ms', 0.5, '500\u00b5s'],
    ['1ms1ms', 2, '2ms'],
    ['1.1h', 3_960_000, '1h6m0s'],
    ['4.35m', 261_000, '4m21s'],
    ['1.1s', 1_100, '1.1s'],
    ['0.1s', 100, '100ms'],
    ['10m', 600_000, '10m0s'],
    ['1h', 3_600_000, '1h0m0s'],
    ['1h30m', 5_400_000, '1h30m0s'],
    ['45s', 45_000, '45s'],
    ['1.5s', 1_500, '1.5s'],
    ['300ms', 300, '300ms'],
    ['1500ms', 1_500, '1.5s'],
    ['1ns', 0.000_001, '1ns'],
    ['1001ns', 0.001_001, '1.001\u00b5s'],
    ['1.5us', 0.001_5, '1.5\u00b5s'],
    ['1.5ns', 0.000_001, '1ns'],
    ['0.3333333333333333333h', 1_200_000, '20m0s'],
    ['0.100000000000000000000h', 360_000, '6m0s'],
    ['0.9223372036854775807h', 3_320_413.933_267, '55m20.413933267s'],
    ['2562047h47m16.854s', 9_223_372_036_854, '2562047h47m16.854s'],
    ['-2562047h47m16.854s', -9_223_372_036_854, '-2562047h47m16.854s'],
    ['2300h0.001002003s', 8_280_000_001.002_003, '2300h0m0.001002003s'],
    ['00000000000000000000000001s', 1_000, '1s'],
  ])('%j', (text, ms, printed) => {
    expect(parseGoDuration(text)).toBe(ms);
    expect(printGoDuration(ms)).toBe(printed);
  });

  it.each([
    '9223372036854775808ns',
    '-9223372036854775809ns',
    '2562047h47m16.854775808s',
    '9999999999999999999h',
    '2562048h',
    '',
    '5',
    's',
    '1d',
    '5 s',
    '1h2',
    '--1s',
    '-',
    '+',
    '.s',
    '.',
    '1S',
    '1.2.3s',
    '1..s',
    '1e3s',
    '\u0661s',
  ])('%j is none', (text) => {
    expect(parseGoDuration(text)).toBeUndefined();
  });

  it.each(['9223372036854775807ns', '2562047h47m16.854775807s'])('%j is the longest', (text) => {
    expect(parseGoDuration(text)).toBeCloseTo(2 ** 63 / 1e6);
    expect(parseGoDuration(`-${text}`)).toBeCloseTo(-(2 ** 63) / 1e6);
  });

  it('may be a nanosecond longer below zero', () => {
    expect(parseGoDuration('-9223372036854775808ns')).toBeCloseTo(-(2 ** 63) / 1e6);
  });

  it('reads digits without end in time that grows with them', () => {
    expect(parseGoDuration(`${'0'.repeat(100_000)}1.${'3'.repeat(100_000)}s`)).toBe(1_333.333_333);
    expect(parseGoDuration(`${'9'.repeat(100_000)}s`)).toBeUndefined();
    expect(parseGoDuration('0'.repeat(1_000_000))).toBeUndefined();
  });
});
