/** What is escaped can be read back: nothing is lost, and nothing that means something is left. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defuse } from '../../../../operator/alerts/text/defuse.ts';
import { escapeEntities } from '../../../../operator/alerts/text/escape-entities.ts';
import { escapeLark } from '../../../../operator/alerts/text/escape-lark.ts';
import { escapeMarkdown } from '../../../../operator/alerts/text/escape-markdown.ts';

const WORDS = [
  'a',
  '_',
  '*',
  '`',
  '[',
  ']',
  '(',
  ')',
  '<',
  '>',
  '&',
  '&lt;',
  '#',
  '-',
  '~',
  '~~',
  '|',
  '\\',
  '@',
  '@all',
  '\n',
  ' ',
  'https://x.example/a_b',
  '1.',
  '💥',
];
const texts = fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }).map((words) => words.join(''));

function visible(text: string): string {
  return text.replaceAll('\u200b', '');
}

const MENTION = /(?<![A-Za-z0-9])@[A-Za-z]/;

test('Markdown without its backslashes is the text', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const escaped = escapeMarkdown(text);
      expect(visible(escaped).replace(/\\([\s\S])/g, '$1')).toBe(text);
      expect(escaped).not.toMatch(/(?<!\\)(?:\\\\)*[[\]<]/);
      expect(escaped).not.toMatch(MENTION);
    }),
  );
});

test("Lark's entities are the text", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const escaped = escapeLark(text);
      const read = visible(escaped).replace(/&#(\d+);/g, (_match, code) => String.fromCharCode(Number(code)));
      expect(read).toBe(text);
      expect(escaped).not.toMatch(/[[\]<*`]/);
      expect(escaped).not.toMatch(MENTION);
    }),
  );
});

test('a text that was defused looks the same', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(visible(defuse(text))).toBe(text);
      expect(defuse(text)).not.toMatch(/\]\(|<[A-Za-z!@]/);
      expect(defuse(text)).not.toMatch(MENTION);
    }),
  );
});

test('entities are the text', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const escaped = escapeEntities(text);
      expect(escaped.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')).toBe(text);
      expect(escaped).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
    }),
  );
});
