/** Equality and order of CEL values across types, as cel-go has them. */
import { type Budget, Failure, NO_OVERLOAD } from './bounds.ts';
import {
  CelDuration,
  CelOptional,
  CelTimestamp,
  CelType,
  CelUint,
  isMap,
  KEY_COST,
  mapGet,
  mapKeys,
  mapSize,
} from './values.ts';

const NAN = new Failure('NaN values cannot be ordered');

/** The number behind a numeric value. */
export function numeric(value: unknown): bigint | number | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return value instanceof CelUint ? value.value : undefined;
}

/** Values of different types are unequal, but for numbers, which compare by value. */
export function equal(a: unknown, b: unknown, budget: Budget): boolean {
  budget.spend();
  if (typeof a === 'string') return typeof b === 'string' && equalStrings(a, b, budget);
  if (typeof a === 'boolean' || a === null) return a === b;
  const x = numeric(a);
  if (x !== undefined) {
    const y = numeric(b);
    return y !== undefined && equalNumbers(x, y);
  }
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((element, i) => equal(element, b[i], budget));
  }
  if (isMap(a)) return isMap(b) && equalMaps(a, b, budget);
  return equalOthers(a, b, budget);
}

function equalStrings(a: string, b: string, budget: Budget): boolean {
  if (a.length !== b.length) return false;
  budget.spend(a.length >> 6);
  return a === b;
}

// As in cel-go an integer compared with a double becomes one.
function equalNumbers(x: bigint | number, y: bigint | number): boolean {
  return typeof x === typeof y ? x === y : Number(x) === Number(y);
}

function equalMaps(a: Parameters<typeof mapGet>[0], b: Parameters<typeof mapGet>[0], budget: Budget): boolean {
  const size = mapSize(a);
  budget.spend(3 * KEY_COST * size);
  if (size !== mapSize(b)) return false;
  return mapKeys(a).every((key) => {
    const other = mapGet(b, key);
    return other !== undefined && equal(mapGet(a, key), other, budget);
  });
}

function equalOthers(a: unknown, b: unknown, budget: Budget): boolean {
  if (a instanceof Uint8Array) {
    budget.spend(a.length >> 6);
    return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  }
  if (a instanceof CelTimestamp) return b instanceof CelTimestamp && a.nanos === b.nanos;
  if (a instanceof CelDuration) return b instanceof CelDuration && a.nanos === b.nanos;
  if (a instanceof CelType) return b instanceof CelType && a.name === b.name;
  if (!(a instanceof CelOptional && b instanceof CelOptional)) return false;
  if (a.value === undefined || b.value === undefined) return a.value === b.value;
  return equal(a.value, b.value, budget);
}

/** Negative, zero or positive. @throws Failure for types without an order, and for NaN. */
export function compare(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  const x = numeric(a) ?? nanosOf(a, b);
  const y = numeric(b) ?? nanosOf(b, a);
  if (x !== undefined && y !== undefined) {
    return compareNumbers(x, y);
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  throw NO_OVERLOAD;
}

function compareNumbers(x: bigint | number, y: bigint | number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) throw NAN;
  if (equalNumbers(x, y)) return 0;
  return x < y ? -1 : 1;
}

function nanosOf(value: unknown, other: unknown): bigint | undefined {
  if (value instanceof CelTimestamp && other instanceof CelTimestamp) return value.nanos;
  if (value instanceof CelDuration && other instanceof CelDuration) return value.nanos;
  return undefined;
}

/** By code point. JavaScript's own order differs where one side has a surrogate pair at the first difference. */
function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) i += 1;
  if (i === length) return a.length - b.length;
  const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
  const [highX, highY] = [isSurrogate(x), isSurrogate(y)];
  if (highX !== highY) return highX ? 1 : -1;
  return x - y;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
