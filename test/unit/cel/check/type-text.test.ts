import { describe, expect, it } from 'vitest';
import { readType, readTypes } from '../../../../cel/check/type-text.ts';
import { showType } from '../../../../cel/check/types.ts';

describe('a declared type is read as cel-go writes it', () => {
  it.each([
    'dyn',
    'bool',
    'null_type',
    'map(string, dyn)',
    'map(string, list(map(int, double)))',
    'optional_type(list(string))',
    'google.protobuf.Timestamp',
    'list(google.protobuf.Duration)',
    'type(int)',
  ])('%s', (text) => {
    expect(showType(readType(text))).toBe(text);
  });

  it('the parameters of a signature are several', () => {
    expect(readTypes('map(K, V), K, string').map(({ kind }) => kind)).toEqual(['map', 'param', 'string']);
    expect(readTypes('')).toEqual([]);
  });

  it.each(['nope', 'mapp(string, dyn)', 'map(string, dyn) x', 'map(string, nope)'])('%s is no type', (text) => {
    expect(() => readType(text)).toThrow(TypeError);
  });
});
