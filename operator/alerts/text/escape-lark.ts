/** Text for Lark's Markdown, which knows entities and no backslashes. */
import { defuseMentions } from './defuse.ts';

/** `&` only where it would begin an entity, an underscore only at the edge of a word, tildes only in pairs. */
const SPECIAL = /[*`[\]<]|~(?=~)|(?<=~)~|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=#?\w+;)/g;

export function escapeLark(text: string): string {
  return defuseMentions(text).replace(SPECIAL, (char) => `&#${char.charCodeAt(0)};`);
}
