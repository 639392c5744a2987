/** Runs a planned expression once, within its bounds. */
import { CelRuntimeError } from '../errors.ts';
import { Budget, Exhausted, Failure, MAX_STEPS } from './bounds.ts';
import type { Evaluate } from './run.ts';

/** What a run must give, and what it may cost. */
export interface RunOptions {
  /** The type of its result; `any` leaves it open. */
  readonly result: 'bool' | 'string' | 'any';
  /** Steps, some 20 ns each; 16,000,000 if absent. */
  readonly maxSteps?: number;
}

/** @throws CelRuntimeError when the expression fails on these values, leaves the bounds, or gives another type. */
export function runPlan(
  evaluate: Evaluate,
  variables: Readonly<Record<string, unknown>>,
  { result: wanted, maxSteps = MAX_STEPS }: RunOptions,
): unknown {
  let result: unknown;
  try {
    result = evaluate({ budget: new Budget(maxSteps), variables, locals: [] });
  } catch (error) {
    throw new CelRuntimeError(reasonOf(error));
  }
  if (wanted === 'bool' && typeof result !== 'boolean') throw new CelRuntimeError('the result is not a bool');
  if (wanted === 'string' && typeof result !== 'string') throw new CelRuntimeError('the result is not a string');
  return result;
}

function reasonOf(error: unknown): string {
  if (error instanceof Failure || error instanceof Exhausted) return error.reason;
  // What is nested too deeply to be walked ends here, and so would a bug: neither may take the process along.
  return error instanceof RangeError ? 'a value is nested too deeply' : 'the expression cannot be evaluated';
}
