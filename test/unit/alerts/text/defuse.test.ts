import { expect, test } from 'vitest';
import { defuse } from '../../../../operator/alerts/text/defuse.ts';

test.each(['Health check passed', 'a < b > c', 'main@sha1:ab', 'list[0] = x', 'a@b.example', '5 <= 6'])(
  '%s stays as it is',
  (text) => expect(defuse(text)).toBe(text),
);

test.each([
  ['@all', '@\u200ball'],
  ['(@**everyone**)', '(@\u200b**everyone**)'],
  ['@_**x**', '@\u200b_**x**'],
  ['<!channel>', '<\u200b!channel>'],
  ['<at id=all></at>', '<\u200bat id=all><\u200b/at>'],
  ['[a](b)', '[a]\u200b(b)'],
  ['[a][b]', '[a]\u200b[b]'],
])('%s does nothing', (text, defused) => expect(defuse(text)).toBe(defused));
