import { expect, it } from 'vitest';
import { mediaType } from '../../../operator/verify/media-type.ts';

it.each([
  ['application/json', 'application/json'],
  ['application/json; charset=utf-8', 'application/json'],
  ['Application/JSON;charset=utf-8', 'application/json'],
  [' application/json ', 'application/json'],
  ['application/jsonp', 'application/jsonp'],
  ['', ''],
  [undefined, ''],
])('the media type of %j is %j', (contentType, expected) => {
  expect(mediaType(contentType)).toBe(expected);
});
