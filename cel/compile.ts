/**
 * CEL as cel-go has it in Flux's environment: the standard library and macros, optionals, and the extensions for
 * strings, sets and encoders; literals of one type only. An expression is compiled once, and each run is bounded in
 * steps and in what it makes, whatever the values are.
 */

import { check } from './check/checker.ts';
import { checkLiterals } from './check/literals.ts';
import { readType } from './check/type-text.ts';
import { showType } from './check/types.ts';
import { CelCompileError, CelRuntimeError } from './errors.ts';
import { Budget, Exhausted, Failure, MAX_EXPRESSION_LENGTH, MAX_STEPS } from './evaluate/bounds.ts';
import { Planner } from './evaluate/planner.ts';
import type { Evaluate } from './evaluate/run.ts';
import { parse } from './parse/parser.ts';
import type { Program } from './program.ts';

/** The type that an expression must have; `any` leaves it open. */
export type ResultType = 'bool' | 'string' | 'any';

/** What an expression is compiled for. */
export interface CompileOptions {
  /** The variables that the expression may read, each with its type as cel-go writes it: `{ req: 'map(string, dyn)' }`. */
  readonly variables: Readonly<Record<string, string>>;
  /** The type that the expression must have, before it runs and after. */
  readonly result: ResultType;
  /** Steps of a run, some 20 ns each; 16,000,000 if absent. */
  readonly maxSteps?: number;
}

/**
 * Values of variables are what JSON.parse makes (or what another program gave): numbers are doubles.
 * @throws CelCompileError with one line that says what is wrong, and where as `line:column`.
 */
export function compile(expression: string, options: CompileOptions): Program {
  if (expression.length > MAX_EXPRESSION_LENGTH) {
    throw new CelCompileError(`1:1: longer than ${MAX_EXPRESSION_LENGTH} characters`);
  }
  const { result, maxSteps = MAX_STEPS } = options;
  const variables = new Map(Object.entries(options.variables).map(([name, type]) => [name, readType(type)]));
  const root = parse(expression);
  const checked = check(expression, root, variables);
  checkLiterals(expression, root, checked);
  if (result !== 'any' && checked.type.kind !== result) {
    const found = showType(checked.type);
    throw new CelCompileError(`1:1: the expression must be of type ${result}, and is of type ${found}`);
  }
  const evaluate = new Planner(expression, checked).plan(root);
  return {
    reads: checked.reads,
    evaluate: (values) => run(evaluate, values, result, maxSteps),
  };
}

function run(
  evaluate: Evaluate,
  variables: Readonly<Record<string, unknown>>,
  wanted: ResultType,
  maxSteps: number,
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
