/** What one run of a program may cost, and how it fails: by an error that `||` may absorb, or by being stopped. */

/** Steps of a run: about one for every operation, every turn of a loop and every 16 characters looked at. */
export const MAX_STEPS = 1_000_000;
/** Characters (or bytes) of all strings that a run produces together. */
export const MAX_PRODUCED = 10 * 1024 * 1024;
/** UTF-16 units of an expression. */
export const MAX_EXPRESSION_LENGTH = 32 * 1024;

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

/** No overload of the function takes values of these types. */
export const NO_OVERLOAD = new Failure('no such overload');

/** What is left of the bounds of one run. */
export class Budget {
  #steps = MAX_STEPS;
  #produced = MAX_PRODUCED;

  /** Counts steps before they are taken. */
  spend(steps = 1): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw new Exhausted('the expression takes too many steps');
  }

  /** Counts the length of a string before it is made. */
  produce(length: number): void {
    this.#produced -= length;
    if (this.#produced < 0) throw new Exhausted('the expression makes too much text');
    this.spend(1 + (length >> 4));
  }
}
