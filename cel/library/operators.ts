/** CEL's operators but for the logical ones: arithmetic with overflow checks, order, equality, membership. */

import { type CelFunction, defineTotal } from '../check/overloads.ts';
import { type Budget, Failure, NO_OVERLOAD } from '../evaluate/bounds.ts';
import { compare, equal } from '../evaluate/compare.ts';
import { CelDuration, CelTimestamp, CelUint, isMap, mapGet } from '../evaluate/values.ts';
import { NEGATE, NOT } from '../parse/syntax.ts';
import { addTimes, subtractTimes } from './times.ts';

const INT_OVERFLOW = new Failure('integer overflow');
const UINT_OVERFLOW = new Failure('unsigned integer overflow');
const DIVIDE_BY_ZERO = new Failure('division by zero');
const MODULUS_BY_ZERO = new Failure('modulus by zero');

/** @throws Failure outside of 64 bits. */
export function checkInt(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw INT_OVERFLOW;
  return value;
}

/** @throws Failure outside of 64 bits. */
export function checkUint(value: bigint): CelUint {
  if (BigInt.asUintN(64, value) !== value) throw UINT_OVERFLOW;
  return new CelUint(value);
}

type Whole = (a: bigint, b: bigint) => bigint;

function arithmetic(
  a: unknown,
  b: unknown,
  whole: Whole,
  real: ((a: number, b: number) => number) | undefined,
): unknown {
  if (typeof a === 'bigint' && typeof b === 'bigint') return checkInt(whole(a, b));
  if (typeof a === 'number' && typeof b === 'number' && real !== undefined) return real(a, b);
  if (a instanceof CelUint && b instanceof CelUint) return checkUint(whole(a.value, b.value));
  throw NO_OVERLOAD;
}

function add(budget: Budget, a: unknown, b: unknown): unknown {
  if (typeof a === 'string' && typeof b === 'string') {
    budget.produce(a.length + b.length);
    return a + b;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    budget.list(a.length + b.length);
    return [...a, ...b];
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    budget.produce(a.length + b.length);
    return new Uint8Array(Buffer.concat([a, b]));
  }
  if (isTime(a) && isTime(b)) return addTimes(a, b);
  return arithmetic(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
  );
}

const isTime = (value: unknown): value is CelTimestamp | CelDuration =>
  value instanceof CelTimestamp || value instanceof CelDuration;

function subtract(_: Budget, a: unknown, b: unknown): unknown {
  if (isTime(a) && isTime(b)) return subtractTimes(a, b);
  return arithmetic(
    a,
    b,
    (x, y) => x - y,
    (x, y) => x - y,
  );
}

function divide(_: Budget, a: unknown, b: unknown): unknown {
  const whole: Whole = (x, y) => {
    if (y === 0n) throw DIVIDE_BY_ZERO;
    return x / y;
  };
  return arithmetic(a, b, whole, (x, y) => x / y);
}

function modulo(_: Budget, a: unknown, b: unknown): unknown {
  const whole: Whole = (x, y) => {
    if (y === 0n) throw MODULUS_BY_ZERO;
    // In 64 bits the quotient of these two overflows.
    if (y === -1n) checkInt(-x);
    return x % y;
  };
  return arithmetic(a, b, whole, undefined);
}

function negate(_: Budget, a: unknown): unknown {
  if (typeof a === 'bigint') return checkInt(-a);
  if (typeof a === 'number') return -a;
  if (a instanceof CelDuration) return new CelDuration(checkInt(-a.nanos));
  throw NO_OVERLOAD;
}

function not(_: Budget, a: unknown): unknown {
  if (typeof a !== 'boolean') throw NO_OVERLOAD;
  return !a;
}

/** `value in container` */
function isIn(budget: Budget, value: unknown, container: unknown): boolean {
  if (Array.isArray(container)) return container.some((element) => equal(element, value, budget));
  if (isMap(container)) return mapGet(container, value) !== undefined;
  throw NO_OVERLOAD;
}

// In cel-go's order: what is known of an operand that could be anything comes from the first that fits.
const ORDERED = [
  ['bool', 'bool'],
  ['int', 'int'],
  ['int', 'double'],
  ['int', 'uint'],
  ['uint', 'uint'],
  ['uint', 'double'],
  ['uint', 'int'],
  ['double', 'double'],
  ['double', 'int'],
  ['double', 'uint'],
  ['string', 'string'],
  ['bytes', 'bytes'],
  ['timestamp', 'timestamp'],
  ['duration', 'duration'],
].map(([a, b]) => `(${a}, ${b}): bool`);

function order(name: string, holds: (order: number) => boolean): CelFunction {
  return defineTotal(name, ORDERED, (budget, a, b) => {
    budget.spend(typeof a === 'string' ? 1 + (a.length >> 1) : 1);
    return holds(compare(a, b));
  });
}

const same = (...types: string[]) => types.map((type) => `(${type}, ${type}): ${type}`);

export const OPERATORS: readonly CelFunction[] = [
  defineTotal('==', ['(A, A): bool'], (budget, a, b) => equal(a, b, budget)),
  defineTotal('!=', ['(A, A): bool'], (budget, a, b) => !equal(a, b, budget)),
  order('<', (order) => order < 0),
  order('<=', (order) => order <= 0),
  order('>', (order) => order > 0),
  order('>=', (order) => order >= 0),
  defineTotal('in', ['(A, list(A)): bool', '(A, map(A, B)): bool'], (budget, a, b) => isIn(budget, a, b)),
  defineTotal(
    '+',
    [
      ...same('bytes', 'double', 'duration'),
      '(duration, timestamp): timestamp',
      '(timestamp, duration): timestamp',
      ...same('int', 'list(A)', 'string', 'uint'),
    ],
    add,
  ),
  defineTotal(
    '-',
    [
      ...same('double', 'duration', 'int'),
      '(timestamp, duration): timestamp',
      '(timestamp, timestamp): duration',
      ...same('uint'),
    ],
    subtract,
  ),
  defineTotal('*', same('double', 'int', 'uint'), (_, a, b) =>
    arithmetic(
      a,
      b,
      (x, y) => x * y,
      (x, y) => x * y,
    ),
  ),
  defineTotal('/', same('double', 'int', 'uint'), divide),
  defineTotal('%', same('int', 'uint'), modulo),
  defineTotal(NEGATE, ['(double): double', '(int): int'], negate),
  defineTotal(NOT, ['(bool): bool'], not),
];
