/** `'…'.format([…])`: the clauses of cel-go's strings extension. */
import { type Budget, Failure } from '../evaluate/bounds.ts';
import { CelDuration, CelTimestamp, CelType, CelUint, isMap, mapGet, mapKeys } from '../evaluate/values.ts';
import { decimalOf, fixedOf, scientificOf } from './number-text.ts';
import { showDuration, showTimestamp } from './times.ts';

const BAD_VALUE = new Failure('a value that this clause of format cannot show');
const DEFAULT_PRECISION = 6;
/** Steps for a clause, whatever it shows. */
const CLAUSE_COST = 100;

/** A clause of a format string: what it shows, and with how many decimals. */
export interface Clause {
  readonly verb: 's' | 'd' | 'f' | 'e' | 'b' | 'x' | 'X' | 'o';
  readonly precision: number;
}

/** The format string as texts and clauses in turn. @throws Failure where a clause is not one. */
export function parseFormat(format: string): (string | Clause)[] {
  const parts: (string | Clause)[] = [];
  let at = 0;
  while (at < format.length) {
    const percent = format.indexOf('%', at);
    if (percent < 0) break;
    parts.push(format.slice(at, percent));
    if (format[percent + 1] === '%') {
      parts.push('%');
      at = percent + 2;
      continue;
    }
    const found = /^%(?:\.(\d{1,9}))?([sdfebxXo])/.exec(format.slice(percent, percent + 12));
    if (found === null) throw new Failure('an unrecognized formatting clause');
    const precision = found[1] === undefined ? DEFAULT_PRECISION : Number(found[1]);
    parts.push({ verb: found[2] as Clause['verb'], precision });
    at = percent + found[0].length;
  }
  parts.push(format.slice(at));
  return parts;
}

/** @throws Failure for a clause that is not one, has no value, or cannot show it. */
export function formatString(budget: Budget, format: string, args: readonly unknown[]): string {
  let next = 0;
  let result = '';
  for (const part of parseFormat(format)) {
    let text = part;
    if (typeof text !== 'string') {
      if (next >= args.length) throw new Failure('format has fewer values than clauses');
      text = showClause(budget, text, args[next++]);
    }
    budget.produce(text.length);
    result += text;
  }
  return result;
}

function showClause(budget: Budget, { verb, precision }: Clause, value: unknown): string {
  budget.spend(CLAUSE_COST);
  switch (verb) {
    case 's':
      return showValue(budget, value);
    case 'f':
    case 'e':
      budget.spend(2 * precision);
      return showReal(verb, precision, value);
    case 'x':
      return showHex(value);
    case 'X':
      return showHex(value).toUpperCase();
    case 'd':
      return typeof value === 'number' ? decimalOf(value) : wholeOf(value).toString();
    case 'o':
      return wholeOf(value).toString(8);
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : wholeOf(value).toString(2);
  }
}

function wholeOf(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (value instanceof CelUint) return value.value;
  throw BAD_VALUE;
}

function showReal(verb: 'f' | 'e', precision: number, value: unknown): string {
  const number = typeof value === 'number' ? value : Number(wholeOf(value));
  return verb === 'f' ? fixedOf(number, precision) : scientificOf(number, precision);
}

function showHex(value: unknown): string {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return wholeOf(value).toString(16);
}

function showValue(budget: Budget, value: unknown): string {
  budget.spend();
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return decimalOf(value);
  if (typeof value === 'bigint' || typeof value === 'boolean' || value === null) return String(value);
  if (Array.isArray(value)) {
    return listed(budget, '[', value, (element) => showValue(budget, element), ']');
  }
  if (isMap(value)) {
    const entries = mapKeys(value).map((key) => [showValue(budget, key), mapGet(value, key)] as const);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return listed(budget, '{', entries, ([key, entry]) => `${key}: ${showValue(budget, entry)}`, '}');
  }
  return showOther(value);
}

function listed<T>(
  budget: Budget,
  open: string,
  items: readonly T[],
  show: (item: T) => string,
  close: string,
): string {
  const text = `${open}${items.map(show).join(', ')}${close}`;
  budget.produce(text.length);
  return text;
}

function showOther(value: unknown): string {
  if (value instanceof CelUint) return value.value.toString();
  if (value instanceof CelDuration) return showDuration(value);
  if (value instanceof CelTimestamp) return showTimestamp(value, 0);
  if (value instanceof CelType) return value.name;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  throw BAD_VALUE;
}
