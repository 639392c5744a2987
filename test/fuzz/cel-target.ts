/** CEL and whatever is written and whatever is sent: a program compiles or does not, gives a value or does not, and ends. */
import fc from 'fast-check';
import { CelCompileError, CelRuntimeError, compile } from '../../cel/cel.ts';
import { kindOf } from '../../cel/evaluate/values.ts';
import { ANY_QUESTIONS } from '../support/cel-questions.ts';
import { type FuzzTarget, fuzzTarget } from './fuzz.ts';

const variables = { req: 'map(string, dyn)', res: 'map(string, dyn)' };
const WORDS = (
  'req res a b list map size has all exists map filter matches format split join replace substring optional of none ' +
  'orValue int uint string bytes timestamp duration type dyn true false null in 1 2u 0 -1 1.5 1e300 "a" "%s" b"x" r"(" ' +
  "'😀' \\ . , : ? ?? [ ] { } ( ) + - * / % ! == != < <= > >= && || .? [? // \n x y"
).split(' ');

/** What a fault of ours would be reported as. */
const FAULT = 'the expression cannot be evaluated';
const ONE_LINE = /^\d+:\d+: [^\n]+$/;

/** @throws Error for an outcome that none of the documented ones is. */
function holdsUp(expression: string, req: unknown): void {
  let kind: unknown;
  try {
    const program = compile(expression, { variables, result: 'any' });
    kind = kindOf(program.evaluate({ req, res: { metadata: { name: 'x' } } }));
  } catch (error) {
    if (error instanceof CelCompileError && ONE_LINE.test(error.message)) return;
    if (error instanceof CelRuntimeError && error.message !== FAULT) return;
    throw error;
  }
  if (kind === undefined) throw new Error('a value of no kind');
}

const value = fc.jsonValue({ maxDepth: 4 });
const text = fc.string({ unit: 'binary', maxLength: 200 });
const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 25 }).map((list) => list.join(' '));
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(
      'req',
      'req.a',
      'res.metadata.name',
      '1',
      '2.5',
      '3u',
      '"a😀"',
      'b"x"',
      'null',
      'true',
      '[]',
      '{}',
      'x',
    ),
    fc.constantFrom(...ANY_QUESTIONS),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '>=', 'in', '&&', '||'),
        tie('expression'),
      )
      .map(([a, operator, b]) => `(${a}) ${operator} (${b})`),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('all', 'exists', 'exists_one', 'map', 'filter', 'optMap', 'optFlatMap'),
        tie('expression'),
      )
      .map(([range, macro, body]) => `(${range}).${macro}(x, ${body})`),
    fc
      .tuple(
        fc.constantFrom('size', 'string', 'int', 'double', 'type', 'dyn', 'bytes', 'optional.of', 'base64.decode'),
        tie('expression'),
      )
      .map(([name, argument]) => `${name}(${argument})`),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('contains', 'split', 'join', 'matches', 'indexOf', 'charAt', 'format', 'orValue', 'or'),
        tie('expression'),
      )
      .map(([target, name, argument]) => `dyn(${target}).${name}(dyn(${argument}))`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `[${a}, ${b}][?dyn(${b})]`),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
  ),
}));

const target = (name: string, expressions: fc.Arbitrary<string>): FuzzTarget =>
  fuzzTarget(name, fc.property(expressions, value, holdsUp));

export const celTextTarget = async () => target('CEL: any text', text);
export const celWordsTarget = async () => target('CEL: any row of words', words);
export const celExpressionsTarget = async () => target('CEL: expressions put together from others', expression);
