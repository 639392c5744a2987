/** Writes text so that a service which reads Markdown shows it as it is. */
import { defuseMentions } from './defuse.ts';

/** An address that hides nothing, without the characters that are markup; it stays one to click on. */
const ADDRESS = /(https?:\/\/[\w.~:/?#!$&'+,;=%-]+)/;
/** What is markup wherever it stands. An underscore inside a word is none. */
const INLINE = /[\\`*[\]<|]|~(?=~)|(?<=~)~|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=#?\w+;)/g;
/** What is markup at the start of a line: headings, lists, quotes, rules. */
const LEADING = /^([ \t]*)([#>+=-])/gm;

/** With backslashes, and a zero-width space where a word would mention somebody. */
export function escapeMarkdown(text: string): string {
  const parts = text.split(ADDRESS).map((part, index) => (index % 2 === 1 ? part : escapeInline(part)));
  return parts.join('').replace(LEADING, '$1\\$2');
}

function escapeInline(text: string): string {
  return defuseMentions(text).replace(INLINE, '\\$&');
}
