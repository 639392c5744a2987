// Where a filter cannot be read.
import { describe, expect, it } from 'vitest';
import { compile } from '../../../cel/cel.ts';
import { placeOf, rangeOf } from '../../../page/words/place-of.ts';

describe('the place in a message about a filter', () => {
  it('is that of the field it names', () => {
    expect(placeOf('spec.resourceFilter: 1:26: found no matching overload')).toEqual({
      field: 'spec.resourceFilter',
      line: 1,
      column: 26,
    });
    expect(placeOf('spec.resources[12].filter: 3:1: x')?.field).toBe('spec.resources[12].filter');
    expect(placeOf('The payload is too large')).toBeUndefined();
  });

  it.each([
    ['req.ref == 1 +', undefined],
    ["req.ref == 'a' &&\n  nothing.there", 'n'],
    ['(req.ref', undefined],
  ])('of %j is in the text, as the compiler says', (text, character) => {
    let message = '';
    try {
      compile(text, { variables: { req: 'map(string, dyn)' }, result: 'bool' });
    } catch (error) {
      message = `spec.resourceFilter: ${(error as Error).message}`;
    }
    const place = placeOf(message);
    if (place === undefined) throw new Error(`no place in: ${message}`);
    const { from, to } = rangeOf(text, place);
    expect(text.slice(from, to)).toBe(character ?? text.slice(-1));
  });
});
