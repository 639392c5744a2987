/** Writes text so that a service which reads Markdown shows it as it is. */
import { defuseMentions, ZERO_WIDTH_SPACE } from './defuse.ts';

/** An address that hides nothing, without the characters that are markup; it stays one to click on. */
const ADDRESS = /(https?:\/\/[\w.~:/?#!$&'+,;=%-]+)/;
/** What is markup wherever it stands. An underscore inside a word is none. */
const INLINE = /[\\`*[\]<|]|~(?=~)|(?<=~)~|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=#?\w+;)/g;
/** What is markup at the start of a line: headings, lists, quotes, rules. */
const LEADING = /^([ \t]*)([#>+=-])/gm;

/** With backslashes, and a zero-width space where a word would mention somebody. */
export function escapeMarkdown(text: string): string {
  const parts = text.split(ADDRESS).map((part, index, all) => {
    if (index % 2 === 1) return part;
    return escapeInline(part, index < all.length - 1);
  });
  return parts.join('').replace(LEADING, '$1\\$2');
}

/** @param isBeforeAddress whose scheme would be the name that an `@` before it mentions. */
function escapeInline(text: string, isBeforeAddress: boolean): string {
  const defused = defuseMentions(isBeforeAddress ? text.replace(/@$/, `@${ZERO_WIDTH_SPACE}`) : text);
  return defused.replace(INLINE, '\\$&');
}
