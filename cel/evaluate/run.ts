/** What a planned expression is, and what it is run with. */
import type { Budget } from './bounds.ts';

/** One run: its bounds, the values of the variables, and those of the macros that it is in. */
export interface Run {
  readonly budget: Budget;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly locals: unknown[];
}

/** A planned expression. @throws Failure, Exhausted */
export type Evaluate = (run: Run) => unknown;
