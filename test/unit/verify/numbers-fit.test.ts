import { describe, expect, it } from 'vitest';
import { numbersFit } from '../../../operator/verify/numbers-fit.ts';

const nested = (depth: number, inner: string): unknown =>
  JSON.parse(`${'[{"a":'.repeat(depth)}${inner}${'}]'.repeat(depth)}`);

describe('numbersFit', () => {
  it.each([1, -0, 1e308, '1e400', null, true, {}, [], { a: [1, { b: -1e308 }] }])('holds for %j', (value) => {
    expect(numbersFit(value)).toBe(true);
  });

  it.each(['1e400', '-1e400', '[1,1e400]', '{"a":{"b":[-1e999]}}', '{"__proto__":1e400}'])('fails for %s', (text) => {
    expect(numbersFit(JSON.parse(text))).toBe(false);
  });

  it('fails far down', () => {
    expect(numbersFit(nested(5_000, '1e400'))).toBe(false);
    expect(numbersFit(nested(5_000, '1e300'))).toBe(true);
  });
});
