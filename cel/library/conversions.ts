/** CEL's conversions between types: `int(x)`, `string(x)`, `timestamp(x)` and their kind. */

import { type CelFunction, define, defineTotal } from '../check/overloads.ts';
import { type Budget, Failure } from '../evaluate/bounds.ts';
import { CelDuration, CelTimestamp, CelType, CelUint, kindOf } from '../evaluate/values.ts';
import { generalOf } from './number-text.ts';
import { checkInt, checkUint } from './operators.ts';
import { parseDuration, parseTimestamp, SECOND, showDuration, showTimestamp, timestampOf } from './times.ts';

const NOT_CONVERTIBLE = new Failure('a type conversion error');
const RANGE = new Failure('integer overflow');
const NO_UTF8 = new Failure('invalid UTF-8 in bytes');
/** Steps for writing a number or a time, and for reading a time. */
const SHOW_COST = 80;
const READ_COST = 150;
// As Go reads it: digits may have single underscores between them.
const DIGITS = String.raw`\d+(?:_\d+)*`;
const NUMBER = new RegExp(`^[+-]?(?:${DIGITS}\\.?(?:${DIGITS})?|\\.${DIGITS})(?:[eE][+-]?${DIGITS})?$`);
const INFINITY = /^([+-]?)inf(?:inity)?$/i;
const TYPE_NAMES: Readonly<Record<string, string>> = {
  null: 'null_type',
  optional: 'optional_type',
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
};
const BOOLEANS = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false] as const),
]);

/** The type of a value, as a value. */
export function typeOfValue(value: unknown): CelType {
  const kind = kindOf(value) ?? '';
  return new CelType(TYPE_NAMES[kind] ?? kind);
}

function toBool(_: Budget, value: boolean | string): boolean {
  const result = typeof value === 'string' ? BOOLEANS.get(value) : value;
  if (result === undefined) throw NOT_CONVERTIBLE;
  return result;
}

function wholeNumber(value: string, pattern: RegExp): bigint {
  if (value.length > 400 || !pattern.test(value)) throw NOT_CONVERTIBLE;
  return BigInt(value.replace(/^\+/, ''));
}

function toInt(_: Budget, value: bigint | number | CelUint | string | CelTimestamp | CelDuration): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') {
    if (!(value > -(2 ** 63) && value < 2 ** 63)) throw RANGE;
    return BigInt(Math.trunc(value));
  }
  if (typeof value === 'string') return checkInt(wholeNumber(value, /^[+-]?\d+$/));
  if (value instanceof CelUint) return checkInt(value.value);
  if (value instanceof CelDuration) return value.nanos;
  const { nanos } = value;
  return (nanos - (((nanos % SECOND) + SECOND) % SECOND)) / SECOND;
}

function toUint(_: Budget, value: bigint | number | CelUint | string): CelUint {
  if (value instanceof CelUint) return value;
  if (typeof value === 'number') {
    if (!(value >= 0 && value < 2 ** 64)) throw RANGE;
    return new CelUint(BigInt(Math.trunc(value)));
  }
  return checkUint(typeof value === 'string' ? wholeNumber(value, /^\d+$/) : value);
}

function toDouble(_: Budget, value: bigint | number | CelUint | string): number {
  if (typeof value !== 'string') return Number(value instanceof CelUint ? value.value : value);
  const infinite = INFINITY.exec(value);
  if (infinite !== null) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(value)) return Number.NaN;
  const number = value.length <= 400 && NUMBER.test(value) ? Number(value.replaceAll('_', '')) : Number.NaN;
  if (!Number.isFinite(number)) throw NOT_CONVERTIBLE;
  return number;
}

function toText(budget: Budget, value: unknown): string {
  if (typeof value === 'string') return value;
  budget.spend(SHOW_COST);
  if (typeof value === 'number') return generalOf(value);
  if (value instanceof CelUint) return value.value.toString();
  if (value instanceof CelTimestamp) return showTimestamp(value);
  if (value instanceof CelDuration) return showDuration(value);
  if (!(value instanceof Uint8Array)) return String(value);
  budget.produce(value.length);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    throw NO_UTF8;
  }
}

function toBytes(budget: Budget, value: Uint8Array | string): Uint8Array {
  if (typeof value !== 'string') return value;
  budget.produce(value.length);
  return new Uint8Array(Buffer.from(value));
}

function toTimestamp(budget: Budget, value: CelTimestamp | bigint | string): CelTimestamp {
  budget.spend(READ_COST);
  if (value instanceof CelTimestamp) return value;
  return typeof value === 'string' ? parseTimestamp(value) : timestampOf(value * SECOND);
}

function toDuration(budget: Budget, value: CelDuration | bigint | string): CelDuration {
  budget.spend(READ_COST);
  if (value instanceof CelDuration) return value;
  // cel-go declares the conversion from int, and has no code for it.
  if (typeof value === 'bigint') throw NOT_CONVERTIBLE;
  return parseDuration(value);
}

const from = (result: string, ...types: string[]) => types.map((type) => `(${type}): ${result}`);

export const CONVERSIONS: readonly CelFunction[] = [
  define('bool', from('bool', 'bool', 'string'), toBool),
  define('int', from('int', 'int', 'double', 'duration', 'string', 'timestamp', 'uint'), toInt),
  define('uint', from('uint', 'uint', 'double', 'int', 'string'), toUint),
  define('double', from('double', 'double', 'int', 'string', 'uint'), toDouble),
  define('string', from('string', 'string', 'bool', 'bytes', 'double', 'duration', 'int', 'timestamp', 'uint'), toText),
  define('bytes', from('bytes', 'bytes', 'string'), toBytes),
  define('timestamp', from('timestamp', 'timestamp', 'int', 'string'), toTimestamp),
  define('duration', from('duration', 'duration', 'int', 'string'), toDuration),
  defineTotal('dyn', ['(A): dyn'], (_, value) => value),
  defineTotal('type', ['(A): type(A)'], (_, value) => typeOfValue(value)),
];

/** Functions that cel-go runs on a literal when it plans the program, so that a bad literal does not compile. */
export const FOLDED: ReadonlySet<string> = new Set(CONVERSIONS.map(({ name }) => name));
