import { expect, it } from 'vitest';
import { mergedHeaders } from '../../../../operator/alerts/send/merged-headers.ts';

it.each([
  ['a later one replaces an earlier', [{ 'X-Key': '1' }, { 'x-key': '2' }], { 'X-Key': '2' }],
  [
    'names are written as Go does',
    [{ 'gotk-component': 'a', 'X-API-KEY': 'b' }],
    { 'Gotk-Component': 'a', 'X-Api-Key': 'b' },
  ],
  ['a name that is none stays, to be refused', [{ 'bad name': 'a' }], { 'bad name': 'a' }],
  [
    'those of the connection are left out',
    [{ host: 'other', 'content-length': '5', 'transfer-encoding': 'chunked', trailer: 'X', expect: '100-continue' }],
    {},
  ],
  ['a value goes out in UTF-8', [{ X: 'Ü€' }], { X: Buffer.from('Ü€').toString('latin1') }],
])('%s', (_what, sources, wanted) => {
  expect(mergedHeaders(...sources.map((source) => Object.entries(source)))).toEqual(wanted);
});
