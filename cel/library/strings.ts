/** The string functions of CEL's standard library and of cel-go's strings extension. */

import { type CelFunction, define } from '../check/overloads.ts';
import { type Budget, Failure } from '../evaluate/bounds.ts';
import { pointCount, pointIndex, unitIndex } from './code-points.ts';
import { formatString } from './format.ts';
import { matches } from './regular-expression.ts';

const OUT_OF_RANGE = new Failure('index out of range');
const NO_STRING = new Failure('join: an element is not a string');
// Go's idea of white space: U+0085 is, U+FEFF is not.
const SPACE = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const LEADING = new RegExp(`^${SPACE}+`);
const TRAILING_CHAR = new RegExp(SPACE);
const QUOTED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

const COMPARISONS_PER_STEP = 256;

/** Counting a text's code points costs by its length. */
function look(budget: Budget, text: string): void {
  budget.spend(1 + (text.length >> 1));
}

/** Searching costs by both lengths: at worst the engine compares at every place. */
function search(budget: Budget, text: string, sub: string): void {
  const most = sub.length > text.length ? 0 : text.length * sub.length;
  budget.spend(1 + (text.length >> 4) + Math.ceil(most / COMPARISONS_PER_STEP));
}

/** Making a text costs by its length, and counts. */
function made(budget: Budget, text: string): string {
  budget.produce(text.length);
  return text;
}

function toUnit(text: string, point: bigint): number {
  const unit = unitIndex(text, Number(point));
  if (unit < 0) throw OUT_OF_RANGE;
  return unit;
}

function charAt(budget: Budget, text: string, index: bigint): string {
  look(budget, text);
  const point = text.codePointAt(toUnit(text, index));
  return point === undefined ? '' : String.fromCodePoint(point);
}

function indexOf(budget: Budget, text: string, sub: string, from = 0n): bigint {
  search(budget, text, sub);
  if (sub === '') return from;
  if (from < 0n) throw OUT_OF_RANGE;
  const start = unitIndex(text, Number(from));
  const unit = start < 0 ? -1 : text.indexOf(sub, start);
  return BigInt(unit < 0 ? -1 : pointIndex(text, unit));
}

function lastIndexOf(budget: Budget, text: string, sub: string, from?: bigint): bigint {
  look(budget, text);
  if (from === undefined) {
    if (sub === '') return BigInt(pointCount(text));
    return BigInt(lastPoint(budget, text, sub, text.length));
  }
  if (sub === '') return from;
  if (from < 0n) throw OUT_OF_RANGE;
  const start = unitIndex(text, Number(from));
  return BigInt(start < 0 || start >= text.length ? -1 : lastPoint(budget, text, sub, start));
}

function lastPoint(budget: Budget, text: string, sub: string, start: number): number {
  search(budget, text, sub);
  const unit = text.lastIndexOf(sub, start);
  return unit < 0 ? -1 : pointIndex(text, unit);
}

function substring(budget: Budget, text: string, start: bigint, end?: bigint): string {
  look(budget, text);
  if (end !== undefined && start > end) throw OUT_OF_RANGE;
  const from = toUnit(text, start);
  return made(budget, text.slice(from, end === undefined ? undefined : toUnit(text, end)));
}

function replace(budget: Budget, text: string, old: string, by: string, limit = -1n): string {
  search(budget, text, old);
  const parts = pieces(budget, text, old, limit < 0n ? -1 : Math.min(Number(limit), text.length + 1));
  budget.produce(text.length + (parts.length - 1) * by.length);
  return parts.join(by);
}

/** The text cut at `cuts` places at most, or at all (-1); an empty separator cuts before and after every character. */
function pieces(budget: Budget, text: string, separator: string, cuts: number): string[] {
  const all = separator === '' ? ['', ...text, ''] : text.split(separator);
  budget.list(all.length);
  if (cuts < 0 || all.length <= cuts + 1) return all;
  return [...all.slice(0, cuts), all.slice(cuts).join(separator)];
}

function split(budget: Budget, text: string, separator: string, limit = -1n): string[] {
  search(budget, text, separator);
  if (limit === 0n) return [];
  const all = separator === '' ? [...text] : text.split(separator);
  budget.list(all.length);
  if (limit < 0n || BigInt(all.length) <= limit) return all;
  const count = Number(limit);
  return [...all.slice(0, count - 1), all.slice(count - 1).join(separator)];
}

function join(budget: Budget, list: readonly unknown[], separator = ''): string {
  budget.produce(Math.max(list.length - 1, 0) * separator.length);
  for (const element of list) {
    if (typeof element !== 'string') throw NO_STRING;
    budget.produce(element.length);
  }
  return list.join(separator);
}

function trim(budget: Budget, text: string): string {
  budget.spend(1 + text.length);
  let end = text.length;
  while (end > 0 && TRAILING_CHAR.test(text[end - 1] ?? '')) end -= 1;
  return text.slice(0, end).replace(LEADING, '');
}

function reverse(budget: Budget, text: string): string {
  budget.spend(3 * text.length);
  return made(budget, [...text].reverse().join(''));
}

function quote(budget: Budget, text: string): string {
  budget.spend(2 * text.length);
  budget.produce(text.length * 2);
  return `"${Array.from(text.toWellFormed(), (char) => QUOTED[char] ?? char).join('')}"`;
}

const test = (name: string, holds: (text: string, other: string) => boolean): CelFunction =>
  define(name, ['string.(string): bool'], (budget, text: string, other: string) => {
    search(budget, text, other);
    return holds(text, other);
  });

const change = (name: string, by: (text: string) => string): CelFunction =>
  define(name, ['string.(): string'], (budget, text: string) => made(budget, by(text)));

export const STRINGS: readonly CelFunction[] = [
  test('contains', (text, other) => text.includes(other)),
  test('startsWith', (text, other) => text.startsWith(other)),
  test('endsWith', (text, other) => text.endsWith(other)),
  define('matches', ['(string, string): bool', 'string.(string): bool'], matches),
  define('charAt', ['string.(int): string'], charAt),
  define('indexOf', ['string.(string): int', 'string.(string, int): int'], indexOf),
  define('lastIndexOf', ['string.(string): int', 'string.(string, int): int'], lastIndexOf),
  change('lowerAscii', (text) => text.replaceAll(/[A-Z]+/g, (part) => part.toLowerCase())),
  change('upperAscii', (text) => text.replaceAll(/[a-z]+/g, (part) => part.toUpperCase())),
  define('replace', ['string.(string, string): string', 'string.(string, string, int): string'], replace),
  define('split', ['string.(string): list(string)', 'string.(string, int): list(string)'], split),
  define('substring', ['string.(int): string', 'string.(int, int): string'], substring),
  define('trim', ['string.(): string'], trim),
  define('format', ['string.(list(dyn)): string'], formatString),
  define('strings.quote', ['(string): string'], quote),
  define('join', ['list(string).(): string', 'list(string).(string): string'], join),
  define('reverse', ['string.(): string'], reverse),
];
