/**
 * Bounds what one run of a program may cost, and says how it fails: by an error that `||` may absorb, or by being
 * stopped. The bounds stop abuse; a filter that walks the largest body of a webhook (3 MiB, 55,000 names) with some ten
 * comparisons or patterns for each name stays well below.
 */

/** Steps of a run: about one for every operation, every turn of a loop and every 16 characters searched; some 20 ns each. */
export const MAX_STEPS = 16_000_000;
/** Steps for all patterns that an expression names, when it is compiled. */
export const MAX_COMPILE_STEPS = 8_000_000;
/** Bytes, about, of all strings, lists and maps that a run makes together. */
const MAX_PRODUCED = 64 * 1024 * 1024;
/** UTF-16 units of an expression. */
export const MAX_EXPRESSION_LENGTH = 32 * 1024;

/** What a list takes, and each of its elements, in bytes. */
const LIST_BYTES = 32;
const ELEMENT_BYTES = 8;
/** What a map takes, and each of its entries, in bytes. */
const MAP_BYTES = 160;
const ENTRY_BYTES = 120;

/**
 * An error of CEL's own, as an operand of `||` may have. Not an Error: a loop may meet thousands, and nobody reads
 * their stacks. The reason is a constant and never holds a value of the request.
 */
export class Failure {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** The run has cost more than it may; nothing absorbs that. */
export class Exhausted {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Steps for an error that is caught. */
export const FAILURE_COST = 40;

/** No overload of the function takes values of these types. */
export const NO_OVERLOAD = new Failure('no such overload');

const TOO_MANY_STEPS = new Exhausted('the expression exceeds the bound on a run: it takes too many steps');
const TOO_MUCH_MADE = new Exhausted(
  'the expression exceeds the bound on a run: it makes more than 64 MiB of strings, lists and maps',
);

/** What is left of the bounds of one run. */
export class Budget {
  #steps: number;
  #produced = MAX_PRODUCED;

  constructor(steps = MAX_STEPS) {
    this.#steps = steps;
  }

  /** Counts steps before they are taken. @throws Exhausted */
  spend(steps = 1): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw TOO_MANY_STEPS;
  }

  /** Counts the length of a string (or bytes) before it is made. @throws Exhausted */
  produce(length: number): void {
    this.#allocate(length);
    this.spend(1 + (length >> 4));
  }

  /** Counts a list of so many elements. @throws Exhausted */
  list(length: number): void {
    this.#allocate(LIST_BYTES + length * ELEMENT_BYTES);
    this.spend(1 + length);
  }

  /** Counts a map of so many entries. @throws Exhausted */
  map(size: number): void {
    this.#allocate(MAP_BYTES + size * ENTRY_BYTES);
    this.spend(8 + 4 * size);
  }

  #allocate(bytes: number): void {
    this.#produced -= bytes;
    if (this.#produced < 0) throw TOO_MUCH_MADE;
  }
}
