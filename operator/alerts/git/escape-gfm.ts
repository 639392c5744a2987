/**
 * Takes the meaning from what Markdown on GitHub, GitLab and Gitea would read into a text: markup, HTML, mentions,
 * references, and commands at the beginning of a line. Any other text stays as it is.
 */

/** A character that is not there for the eye, between the sign and the name: a backslash does not help there. */
const APART = '&#8203;';
/** `@name`, `#1`, `!1`; markup; underscores that could begin or end emphasis; HTML; an entity. */
const INLINE =
  /(?<mention>(?<![A-Za-z0-9])@(?=\w))|(?<reference>[#!](?=\d))|(?<markup>[\\`*[|]|(?<!\/)~|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}_]))|(?<html><(?=[A-Za-z/!?]))|(?<entity>&(?=#?\w+;))/gu;
/** A heading, an item of a list, a quotation, a rule, a command such as `/close`. */
const LINE_START = /^(\s*)(?:(\d+)([.)](?=\s|$))|(#{1,6}(?=\s|$)|[-+](?=[\s-]|$)|>|=+\s*$|\/(?=[A-Za-z])))/;

/** @param isLineStart the text stands at the beginning of a line. */
export function escapeGfm(text: string, isLineStart: boolean): string {
  const lines = text.replace(INLINE, escaped).split(/(?<=[\r\n])/);
  return lines.map((line, index) => (index > 0 || isLineStart ? escapeLineStart(line) : line)).join('');
}

function escaped(match: string, ...rest: unknown[]): string {
  const { markup, html, entity } = rest.at(-1) as Readonly<Record<string, string | undefined>>;
  if (markup !== undefined) return [...match].map((char) => `\\${char}`).join('');
  if (html !== undefined) return '&lt;';
  return entity === undefined ? `${match}${APART}` : '&amp;';
}

function escapeLineStart(line: string): string {
  return line.replace(LINE_START, (_match, blanks: string, number?: string, dot?: string, sign?: string) =>
    number === undefined ? `${blanks}\\${sign}` : `${blanks}${number}\\${dot}`,
  );
}
