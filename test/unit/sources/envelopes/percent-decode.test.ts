import { expect, it } from 'vitest';
import { percentDecode } from '../../../../operator/sources/envelopes/percent-decode.ts';

it.each([
  ['plain', 'plain'],
  ['a%20b', 'a b'],
  ['%C3%BCber', 'über'],
  ['%c3%bcber', 'über'],
  ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
  ['%2525', '%25'],
  ['100%', '100%'],
  ['%zz%20', '%zz '],
  ['%2', '%2'],
  ['%C3 %20', '%C3  '],
  ['%FF', '%FF'],
  ['%ED%A0%80', '%ED%A0%80'],
  ['caf%C3%A9%FF%41', 'café%FFA'],
  ['%C3%20%E2%82%zz', '%C3 %E2%82%zz'],
  ['%C0%AF%00', '%C0%AF\0'],
  ['%F4%90%80%80', '%F4%90%80%80'],
  ['a+b', 'a+b'],
])('percentDecode: %s is %s', (text, decoded) => {
  expect(percentDecode(text)).toBe(decoded);
});
