/** The log messages of the operator, read out of its sources: messages are constants, and so is where they stand. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { table } from './table.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

interface Message {
  readonly level: string;
  readonly text: string;
  readonly fields: readonly string[];
  readonly file: string;
}

export function logsPage(): string {
  const messages = sources(join(ROOT, 'operator')).flatMap(messagesOf);
  const rows = messages
    .toSorted((a, b) => a.text.localeCompare(b.text) || a.file.localeCompare(b.file))
    .map(({ level, text, fields, file }) => [
      text,
      level,
      fields.map((field) => `\`${field}\``).join(', '),
      `\`${file}\``,
    ]);
  return `# Log messages

Each line is one JSON object with \`level\`, \`ts\` (RFC 3339), \`msg\` and the fields of its message. Messages are constant:
alert on them, or search for them. Lines about a Receiver have \`controller\`, \`namespace\` and \`name\` too, lines about an event
\`eventInvolvedObject\`, and \`alert\` where one is concerned.

${table(['message', 'level', 'fields', 'source'], rows)}
`;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return sources(path);
      return entry.name.endsWith('.ts') ? [path] : [];
    })
    .toSorted();
}

function messagesOf(path: string): Message[] {
  const source = readFileSync(path, 'utf8');
  const file = relative(ROOT, path);
  return [...source.matchAll(/\b(?:log|logger|refusals|sampled)\.(debug|info|warn|error)\(/g)].flatMap((call) => {
    const args = argumentsAt(source, call.index + call[0].length);
    const fields = fieldsOf(args.find((argument) => argument.startsWith('{')) ?? '');
    return textsOf(args.at(-1) ?? '', source).map((text) => ({ level: call[1] ?? '', text, fields, file }));
  });
}

/** The literal itself; of anything else the texts of the file's constants that it names. */
function textsOf(argument: string, source: string): string[] {
  const literal = /^'((?:[^'\\]|\\.)*)'$/.exec(argument)?.[1];
  if (literal !== undefined) return [literal.replaceAll("\\'", "'")];
  const name = /^[A-Z_]+/.exec(argument)?.[0] ?? /^(?:message)$/.exec(argument)?.[0];
  if (name === undefined) return [];
  const constants = [...source.matchAll(/^const ([A-Z_]+)\b[^=]*= ('[^']*';|\{[^}]*\})/gm)];
  return constants
    .filter(([, constant]) => name === 'message' || constant === name)
    .flatMap(([, , value = '']) => [...value.matchAll(/'([^']{12,})'(?!:)/g)].map(([, text = '']) => text));
}

/** The keys of an object literal, without what it spreads. */
function fieldsOf(object: string): string[] {
  return split(object.slice(1, -1)).flatMap((part) => /^([A-Za-z]\w*)\s*(?::|$)/.exec(part)?.[1] ?? []);
}

function argumentsAt(source: string, start: number): string[] {
  let depth = 0;
  for (let index = start; index < source.length; index++) {
    index = endOfString(source, index);
    const character = source.charAt(index);
    if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) {
      if (depth === 0) return split(source.slice(start, index));
      depth--;
    }
  }
  return [];
}

/** At the commas that are in no brackets and no text. */
function split(text: string): string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (let index = 0; index < text.length; index++) {
    index = endOfString(text, index);
    const character = text.charAt(index);
    if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(from, index).trim());
      from = index + 1;
    }
  }
  return [...parts, text.slice(from).trim()].filter((part) => part !== '');
}

/** The index of the quote that ends a text which begins here; `index` where none begins. */
function endOfString(text: string, index: number): number {
  const quote = text.charAt(index);
  if (quote !== "'" && quote !== '`' && quote !== '"') return index;
  let end = index + 1;
  while (end < text.length && text.charAt(end) !== quote) end += text.charAt(end) === '\\' ? 2 : 1;
  return end;
}
