/**
 * Reads a few fields of a large JSON object without parsing it: senders put what a push is about first, and the scan ends
 * once all of it is found. It judges nothing: of bytes that are no JSON object it finds what it can.
 */
import { endOfJsonString } from './end-of-json-string.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const SPACE = 0x20;

/** A value of each name in its place; undefined for one that is absent, or is no string. */
export type Found = (string | undefined)[];

/**
 * The strings that the object in `body` has under `names`. Of equal keys the last one before the end of the scan counts,
 * which is at the first value of the name that comes last.
 * @returns the values, and whether every name was seen: if not, the bytes may end too early.
 */
export function topLevelStrings(body: Buffer, names: readonly string[]): { values: Found; complete: boolean } {
  const values: Found = names.map(() => undefined);
  let unseen = (1 << names.length) - 1;
  let index = skipSpace(body, 0);
  if (body[index] !== OPEN_BRACE) return { values, complete: false };
  while (unseen !== 0) {
    const key = skipSpace(body, index + 1);
    if (body[key] !== QUOTE) break;
    const keyEnd = endOfJsonString(body, key + 1);
    const colon = skipSpace(body, keyEnd + 1);
    if (body[colon] !== COLON) break;
    const value = skipSpace(body, colon + 1);
    const valueEnd = endOfValue(body, value);
    if (valueEnd > body.length) break;
    const place = placeOf(body, key, keyEnd, names);
    if (place !== -1) {
      values[place] = body[value] === QUOTE ? textOf(body, value, valueEnd) : undefined;
      unseen &= ~(1 << place);
    }
    index = skipSpace(body, valueEnd);
    if (body[index] !== COMMA) break;
  }
  return { values, complete: unseen === 0 };
}

function skipSpace(body: Buffer, from: number): number {
  let index = from;
  for (let byte = body[index]; byte !== undefined && byte <= SPACE; byte = body[index]) index += 1;
  return index;
}

/** Where the name stands in `names`; -1: nowhere. @param key, end the quotes around it. */
function placeOf(body: Buffer, key: number, end: number, names: readonly string[]): number {
  for (let index = key + 1; index < end; index++) {
    if (body[index] === BACKSLASH) return names.indexOf(textOf(body, key, end + 1) ?? '');
  }
  return names.findIndex((name) => name.length === end - key - 1 && isAt(body, key + 1, name));
}

function isAt(body: Buffer, from: number, name: string): boolean {
  for (let index = 0; index < name.length; index++) {
    if (body[from + index] !== name.charCodeAt(index)) return false;
  }
  return true;
}

/** Behind the value that begins at `from`; past the end of the bytes where it does not end in them. */
function endOfValue(body: Buffer, from: number): number {
  switch (body[from]) {
    case QUOTE:
      return endOfJsonString(body, from + 1) + 1;
    case OPEN_BRACE:
    case OPEN_BRACKET:
      return endOfNested(body, from);
    default:
      return endOfLiteral(body, from);
  }
}

function endOfNested(body: Buffer, from: number): number {
  let depth = 0;
  for (let index = from; index < body.length; index++) {
    switch (body[index]) {
      case QUOTE:
        index = endOfJsonString(body, index + 1);
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth += 1;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth -= 1;
        if (depth === 0) return index + 1;
        break;
    }
  }
  return body.length + 1;
}

/** A literal has no end of its own: one that the bytes end in may go on. */
function endOfLiteral(body: Buffer, from: number): number {
  let index = from;
  for (let byte = body[index]; byte !== COMMA && byte !== CLOSE_BRACE; byte = body[index]) {
    if (byte === undefined) return body.length + 1;
    index += 1;
  }
  return index;
}

/** @param from, end the quotes and what is between them. */
function textOf(body: Buffer, from: number, end: number): string | undefined {
  const text = body.toString('utf8', from, end);
  if (!text.includes('\\')) return text.slice(1, -1);
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}
