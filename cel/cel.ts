/**
 * CEL as cel-go has it in Flux's environment: the standard library and macros, optionals, and the extensions for
 * strings, sets and encoders; literals of one type only. An expression is compiled once, and each run is bounded in
 * steps and in the text that it makes, whatever a request holds.
 */

import { check } from './check/checker.ts';
import { checkLiterals } from './check/literals.ts';
import { showType } from './check/types.ts';
import { CelCompileError, CelRuntimeError } from './errors.ts';
import { Budget, Exhausted, Failure, MAX_EXPRESSION_LENGTH } from './evaluate/bounds.ts';
import { type Evaluate, Planner } from './evaluate/planner.ts';
import { parse } from './parse/parser.ts';
import type { Program } from './program.ts';

export { CelCompileError, CelRuntimeError } from './errors.ts';

export interface CompileOptions {
  /** The names that the expression may read; each has type dyn. */
  readonly variables: readonly string[];
  /** The type that the expression must have, before it runs and after. */
  readonly result: 'bool' | 'any';
}

/**
 * Values of variables are what JSON.parse makes (or what another program gave): numbers are doubles.
 * @throws CelCompileError with one line that says what is wrong, and where as `line:column`.
 */
export function compile(expression: string, options: CompileOptions): Program {
  if (expression.length > MAX_EXPRESSION_LENGTH) {
    throw new CelCompileError(`1:1: longer than ${MAX_EXPRESSION_LENGTH} characters`);
  }
  const root = parse(expression);
  const checked = check(expression, root, options.variables);
  checkLiterals(expression, root, checked);
  if (options.result === 'bool' && checked.type.kind !== 'bool') {
    throw new CelCompileError(`1:1: the expression must be of type bool, and is of type ${showType(checked.type)}`);
  }
  const evaluate = new Planner(expression, checked).plan(root);
  return {
    expression,
    reads: checked.reads,
    evaluate: (variables) => run(evaluate, variables, options.result),
  };
}

function run(evaluate: Evaluate, variables: Readonly<Record<string, unknown>>, wanted: 'bool' | 'any'): unknown {
  let result: unknown;
  try {
    result = evaluate({ budget: new Budget(), variables, locals: [] });
  } catch (error) {
    throw new CelRuntimeError(reasonOf(error));
  }
  if (wanted === 'bool' && typeof result !== 'boolean') throw new CelRuntimeError('the result is not a bool');
  return result;
}

function reasonOf(error: unknown): string {
  if (error instanceof Failure || error instanceof Exhausted) return error.reason;
  // What is nested too deeply to be walked ends here, and so would a bug: neither may take the process along.
  return error instanceof RangeError ? 'a value is nested too deeply' : 'the expression cannot be evaluated';
}
