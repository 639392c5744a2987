/** Functions of lists, maps, sets, optionals, bytes and dates. */

import { type CelFunction, define, defineTotal } from '../check/overloads.ts';
import { type Budget, Failure } from '../evaluate/bounds.ts';
import { equal, numeric } from '../evaluate/compare.ts';
import {
  CelDuration,
  CelOptional,
  CelTimestamp,
  CelUint,
  isMap,
  KEY_COST,
  mapGet,
  mapSize,
} from '../evaluate/values.ts';
import { INDEX, OPTIONAL_INDEX } from '../parse/syntax.ts';
import { pointCount } from './code-points.ts';
import { SECOND, unitsOf, wallClock } from './times.ts';

const NO_KEY = new Failure('no such key');
const OUT_OF_BOUNDS = new Failure('index out of bounds');
const BAD_INDEX = new Failure('unsupported type of an index');
const NO_VALUE = new Failure('optional.none() dereference');
const NOT_OPTIONAL = new Failure('an element is not optional');
const NO_BASE64 = new Failure('illegal base64 data');
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const BASE64_COST = 30;
const MAX_INT = 0x7fffffffffffffffn;
const YEAR_ONE = -62_135_596_800_000_000_000n;

/** The element or the value at a key, or undefined. */
function lookup(container: unknown, key: unknown): unknown {
  if (typeof key === 'object' && !(key instanceof CelUint)) throw BAD_INDEX;
  if (isMap(container)) return mapGet(container, key);
  if (!Array.isArray(container)) return undefined;
  const index = numeric(key) ?? Number.NaN;
  // An index is an int: what is none, or beyond, fails also where it is optional.
  if ((typeof index === 'number' && !Number.isInteger(index)) || index > MAX_INT) throw BAD_INDEX;
  return container[Number(index)];
}

/** `container[key]`; of an optional, an optional. */
function index(budget: Budget, container: unknown, key: unknown): unknown {
  if (container instanceof CelOptional) return optionalIndex(budget, container, key);
  const value = lookup(container, key);
  if (value === undefined) throw Array.isArray(container) ? OUT_OF_BOUNDS : NO_KEY;
  return value;
}

/** `container[?key]` */
function optionalIndex(_: Budget, container: unknown, key: unknown): CelOptional {
  if (container === CelOptional.NONE) return CelOptional.NONE;
  const value = lookup(container instanceof CelOptional ? container.value : container, key);
  return value === undefined ? CelOptional.NONE : new CelOptional(value);
}

/** `has(operand.field)` */
export function hasField(operand: unknown, field: string): boolean {
  const container = operand instanceof CelOptional ? operand.value : operand;
  return container !== undefined && lookup(container, field) !== undefined;
}

/** `operand.field`; of an optional, an optional. */
export function select(operand: unknown, field: string): unknown {
  if (operand instanceof CelOptional) return optionalSelect(operand, field);
  const value = isMap(operand) ? mapGet(operand, field) : undefined;
  if (value === undefined) throw NO_KEY;
  return value;
}

/** `operand.?field` */
export function optionalSelect(operand: unknown, field: string): CelOptional {
  const container = operand instanceof CelOptional ? operand.value : operand;
  const value = container === undefined ? undefined : lookup(container, field);
  return value === undefined ? CelOptional.NONE : new CelOptional(value);
}

function size(budget: Budget, value: string | Uint8Array | readonly unknown[] | object): bigint {
  if (typeof value === 'string') {
    budget.spend(1 + (value.length >> 1));
    return BigInt(pointCount(value));
  }
  if (value instanceof Uint8Array || Array.isArray(value)) return BigInt(value.length);
  const count = isMap(value) ? mapSize(value) : 0;
  budget.spend(count * KEY_COST);
  return BigInt(count);
}

type List = readonly unknown[];

const includes = (budget: Budget, list: List, value: unknown): boolean =>
  list.some((element) => equal(element, value, budget));

const containsAll = (budget: Budget, list: List, sub: List): boolean =>
  sub.every((element) => includes(budget, list, element));

function isZero(budget: Budget, value: unknown): boolean {
  if (value === null || value === false || value === '') return true;
  const number = numeric(value);
  if (number !== undefined) return Number(number) === 0;
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length === 0;
  if (value instanceof CelDuration) return value.nanos === 0n;
  if (value instanceof CelTimestamp) return value.nanos === YEAR_ONE;
  return isMap(value) && size(budget, value) === 0n;
}

function valueIn(_: Budget, optional: CelOptional): unknown {
  if (optional.value === undefined) throw NO_VALUE;
  return optional.value;
}

function unwrap(budget: Budget, list: List): List {
  budget.list(list.length);
  return list.flatMap((element) => {
    if (!(element instanceof CelOptional)) throw NOT_OPTIONAL;
    return element.value === undefined ? [] : [element.value];
  });
}

const some = (value: unknown): CelOptional => (value === undefined ? CelOptional.NONE : new CelOptional(value));

function decodeBase64(budget: Budget, text: string): Uint8Array {
  budget.spend(BASE64_COST);
  budget.produce(text.length);
  const bare = text.replaceAll(/[\r\n]/g, '');
  const padded = bare.endsWith('=') && bare.length % 4 !== 0;
  if (!BASE64.test(bare) || bare.replace(/=+$/, '').length % 4 === 1 || padded) throw NO_BASE64;
  return new Uint8Array(Buffer.from(bare, 'base64'));
}

const COLLECTIONS: readonly CelFunction[] = [
  defineTotal(
    INDEX,
    [
      '(list(A), int): A',
      '(map(A, B), A): B',
      '(optional(list(V)), int): optional(V)',
      '(optional(map(K, V)), K): optional(V)',
    ],
    index,
  ),
  defineTotal(
    OPTIONAL_INDEX,
    [
      '(list(V), int): optional(V)',
      '(optional(list(V)), int): optional(V)',
      '(map(K, V), K): optional(V)',
      '(optional(map(K, V)), K): optional(V)',
    ],
    optionalIndex,
  ),
  define(
    'size',
    ['bytes', 'list(A)', 'map(A, B)', 'string'].flatMap((type) => [`(${type}): int`, `${type}.(): int`]),
    size,
  ),
  define('sets.contains', ['(list(T), list(T)): bool'], containsAll),
  define(
    'sets.equivalent',
    ['(list(T), list(T)): bool'],
    (budget, a: List, b: List) => containsAll(budget, a, b) && containsAll(budget, b, a),
  ),
  define('sets.intersects', ['(list(T), list(T)): bool'], (budget, a: List, b: List) =>
    a.some((element) => includes(budget, b, element)),
  ),
  define('base64.decode', ['(string): bytes'], decodeBase64),
  define('base64.encode', ['(bytes): string'], (budget, bytes: Uint8Array) => {
    budget.produce(bytes.length * 2);
    return Buffer.from(bytes).toString('base64');
  }),
];

const OPTIONALS: readonly CelFunction[] = [
  define('optional.of', ['(V): optional(V)'], (_, value: unknown) => new CelOptional(value)),
  define('optional.ofNonZeroValue', ['(V): optional(V)'], (budget, value: unknown) =>
    isZero(budget, value) ? CelOptional.NONE : new CelOptional(value),
  ),
  define('optional.none', ['(): optional(V)'], () => CelOptional.NONE),
  define('value', ['optional(V).(): V'], valueIn),
  define('hasValue', ['optional(V).(): bool'], (_, optional: CelOptional) => optional.value !== undefined),
  // These two run only as far as they must, so the planner has them; here they are for the type checker.
  defineTotal('or', ['optional(V).(optional(V)): optional(V)'], (_, a, b) => a ?? b),
  defineTotal('orValue', ['optional(V).(V): V'], (_, a, b) => a ?? b),
  define('first', ['list(V).(): optional(V)'], (_, list: List) => some(list[0])),
  define('last', ['list(V).(): optional(V)'], (_, list: List) => some(list.at(-1))),
  define('optional.unwrap', ['(list(optional(V))): list(V)'], unwrap),
  define('unwrapOpt', ['list(optional(V)).(): list(V)'], unwrap),
];

const DAY_MS = 86_400_000;
const DATE_PARTS: readonly [string, (date: Date) => number][] = [
  ['getFullYear', (date) => date.getUTCFullYear()],
  ['getMonth', (date) => date.getUTCMonth()],
  ['getDayOfYear', (date) => Math.floor((date.getTime() - new Date(date).setUTCMonth(0, 1)) / DAY_MS)],
  ['getDayOfMonth', (date) => date.getUTCDate() - 1],
  ['getDate', (date) => date.getUTCDate()],
  ['getDayOfWeek', (date) => date.getUTCDay()],
  ['getHours', (date) => date.getUTCHours()],
  ['getMinutes', (date) => date.getUTCMinutes()],
  ['getSeconds', (date) => date.getUTCSeconds()],
  ['getMilliseconds', (date) => date.getUTCMilliseconds()],
];
const DURATION_PARTS: Readonly<Record<string, (duration: CelDuration) => bigint>> = {
  getHours: (duration) => unitsOf(duration, 3_600n * SECOND),
  getMinutes: (duration) => unitsOf(duration, 60n * SECOND),
  getSeconds: (duration) => unitsOf(duration, SECOND),
  getMilliseconds: ({ nanos }) => nanos / 1_000_000n,
};
/** Steps for a time zone by name: its rules are read anew every time. */
const TIME_ZONE_COST = 8_000;

const DATES: readonly CelFunction[] = DATE_PARTS.map(([name, part]) => {
  const ofDuration = DURATION_PARTS[name];
  return define(
    name,
    ['timestamp.(): int', 'timestamp.(string): int', ...(ofDuration === undefined ? [] : ['duration.(): int'])],
    (budget, time: CelTimestamp | CelDuration, zone?: string) => {
      if (time instanceof CelDuration) return ofDuration?.(time) ?? 0n;
      if (zone !== undefined) budget.spend(TIME_ZONE_COST);
      return BigInt(part(wallClock(time, zone)));
    },
  );
});

export const CONTAINERS: readonly CelFunction[] = [...COLLECTIONS, ...OPTIONALS, ...DATES];
