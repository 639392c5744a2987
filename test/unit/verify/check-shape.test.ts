import { describe, expect, it } from 'vitest';
import { checkShape, type Shape } from '../../../operator/verify/check-shape.ts';

const shape: Shape = { action: 'string', tags: ['string'], target: { tag: 'string' } };

describe('checkShape', () => {
  it.each([
    ['all fields', { action: 'push', tags: ['a', 'b'], target: { tag: 'v1' } }],
    ['no field', {}],
    ['null in the place of anything', { action: null, tags: [null], target: null }],
    ['null', null],
    ['fields that nobody asked for', { other: 1, target: { digest: 2 } }],
    ['an empty list', { tags: [] }],
    ['a field that an object inherits', { constructor: 1, __proto__: 2, toString: 3 }],
  ])('lets through: %s', (_what, value) => {
    expect(() => checkShape(value, shape)).not.toThrow();
  });

  it.each([
    ['a number for a string', { action: 1 }, 'body.action'],
    ['an object for a string', { action: {} }, 'body.action'],
    ['a string for a list', { tags: 'a' }, 'body.tags'],
    ['an object for a list', { tags: {} }, 'body.tags'],
    ['a number in a list of strings', { tags: ['a', 1] }, 'body.tags[1]'],
    ['a list for an object', { target: [] }, 'body.target'],
    ['a wrong type further down', { target: { tag: true } }, 'body.target.tag'],
    ['a wrong type under a name in another case', { Target: { TAG: 1 } }, 'body.target.tag'],
    ['one of two spellings', { action: 'push', ACTION: 1 }, 'body.action'],
    ['a list as the whole', [], 'body'],
    ['a string as the whole', 'x', 'body'],
    ['a number as the whole', 0, 'body'],
  ])('refuses %s, and says where', (_what, value, where) => {
    expect(() => checkShape(value, shape)).toThrow(
      expect.objectContaining({ code: 'PayloadInvalid', message: expect.stringContaining(`${where} is not`) }),
    );
  });
});
