/**
 * CEL as cel-go has it in Flux's environment: the standard library and macros, optionals, and the extensions for
 * strings, sets and encoders; literals of one type only. An expression is compiled once, and each run is bounded in
 * steps and in what it makes, whatever the values are.
 */

import { check } from './check/checker.ts';
import { checkLiterals } from './check/literals.ts';
import { readType } from './check/type-text.ts';
import { showType } from './check/types.ts';
import { CelCompileError } from './errors.ts';
import { MAX_EXPRESSION_LENGTH } from './evaluate/bounds.ts';
import { Planner } from './evaluate/planner.ts';
import type { Evaluate } from './evaluate/run.ts';
import { type RunOptions, runPlan } from './evaluate/run-plan.ts';
import { keyNode } from './key.ts';
import { parse } from './parse/parser.ts';
import type { Program } from './program.ts';

/** What an expression is compiled for. */
export interface CompileOptions extends RunOptions {
  /** The variables that the expression may read, each with its type as cel-go writes it: `{ req: 'map(string, dyn)' }`. */
  readonly variables: Readonly<Record<string, string>>;
  /** A field of a variable, as `res.metadata.name`: the program then gives its `key`, where the expression has one. */
  readonly keyedBy?: string;
}

/**
 * Values of variables are what JSON.parse makes (or what another program gave): numbers are doubles.
 * @throws CelCompileError with one line that says what is wrong, and where as `line:column`.
 */
export function compile(expression: string, options: CompileOptions): Program {
  if (expression.length > MAX_EXPRESSION_LENGTH) {
    throw new CelCompileError(`1:1: longer than ${MAX_EXPRESSION_LENGTH} characters`);
  }
  const { result } = options;
  const variables = new Map(Object.entries(options.variables).map(([name, type]) => [name, readType(type)]));
  const root = parse(expression);
  const checked = check(expression, root, variables);
  checkLiterals(expression, root, checked);
  if (result !== 'any' && checked.type.kind !== result) {
    const found = showType(checked.type);
    throw new CelCompileError(`1:1: the expression must be of type ${result}, and is of type ${found}`);
  }
  const evaluate = new Planner(expression, checked).plan(root);
  const keyed = options.keyedBy === undefined ? undefined : keyNode(root, options.keyedBy);
  return {
    reads: checked.reads,
    evaluate: (values) => runPlan(evaluate, values, options),
    ...(keyed !== undefined && { key: keyOf(new Planner(expression, checked).plan(keyed), options) }),
  };
}

function keyOf(evaluate: Evaluate, { maxSteps }: RunOptions): NonNullable<Program['key']> {
  const run = { result: 'any', ...(maxSteps !== undefined && { maxSteps }) } as const;
  return (values) => runPlan(evaluate, values, run);
}
