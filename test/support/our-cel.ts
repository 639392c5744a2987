// What our own CEL says of an expression, in the form of cel-go's answers.
import { CelCompileError, CelRuntimeError, compile } from '../../cel/cel.ts';
import { check } from '../../cel/check/checker.ts';
import { readType } from '../../cel/check/type-text.ts';
import { showType } from '../../cel/check/types.ts';
import { parse } from '../../cel/parse/parser.ts';
import type { CelAnswer } from './cel-go.ts';
import { CEL_VARIABLES } from './cel-questions.ts';
import { showCel } from './show-cel.ts';

const variables = Object.fromEntries(Object.keys(CEL_VARIABLES).map((name) => [name, 'map(string, dyn)']));
const declared = new Map(Object.entries(variables).map(([name, type]) => [name, readType(type)]));
const ONE_LINE = /^\d+:\d+: [^\n]+$/;

/** @throws Error for a failure that is none of the two documented ones. */
export function ourAnswer(expression: string, must: 'bool' | 'any'): CelAnswer {
  const base = { expression, must };
  let type: string | undefined;
  try {
    const program = compile(expression, { variables, result: must });
    type = showType(check(expression, parse(expression), declared).type);
    return { ...base, outcome: 'value', value: showCel(program.evaluate(CEL_VARIABLES)), type };
  } catch (error) {
    if (error instanceof CelRuntimeError && type !== undefined) return { ...base, outcome: 'failed', type };
    if (error instanceof CelCompileError && ONE_LINE.test(error.message)) return { ...base, outcome: 'refused' };
    throw error;
  }
}
