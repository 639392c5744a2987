/** The values of CEL's string and bytes literals. */

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '?': '?',
};
const CODES: readonly [RegExp, number, boolean][] = [
  [/[xX]([0-9a-fA-F]{2})/y, 16, false],
  [/u([0-9a-fA-F]{4})/y, 16, true],
  [/U([0-9a-fA-F]{8})/y, 16, true],
  [/([0-3][0-7]{2})/y, 8, false],
];

interface Options {
  readonly raw: boolean;
  readonly bytes: boolean;
  fail(offset: number, cause: string): Error;
}

/** In bytes, `\x` and octal escapes are bytes, and all other characters their UTF-8 form. */
export function unescapeLiteral(body: string, options: Options): string | Uint8Array {
  const text = body.replaceAll(/\r\n?/g, '\n');
  if (options.raw || !text.includes('\\')) return options.bytes ? new Uint8Array(Buffer.from(text)) : text;
  const parts: (string | number)[] = [];
  for (let i = 0; i < text.length; ) {
    const next = text.indexOf('\\', i);
    if (next !== i) {
      const end = next === -1 ? text.length : next;
      parts.push(text.slice(i, end));
      i = end;
      continue;
    }
    const { value, length } = escapeAt(text, i, options);
    parts.push(value);
    i += length;
  }
  if (!options.bytes)
    return parts.map((part) => (typeof part === 'string' ? part : String.fromCodePoint(part))).join('');
  return new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part)))),
  );
}

function escapeAt(text: string, at: number, options: Options): { value: string | number; length: number } {
  const simple = SIMPLE[text[at + 1] ?? ''];
  if (simple !== undefined) return { value: simple, length: 2 };
  for (const [pattern, base, unicode] of CODES) {
    pattern.lastIndex = at + 1;
    const found = pattern.exec(text);
    if (found === null) continue;
    const code = Number.parseInt(found[1] ?? '', base);
    if (unicode && (options.bytes || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))) break;
    return { value: code, length: 1 + found[0].length };
  }
  throw options.fail(at, 'an invalid escape sequence');
}
