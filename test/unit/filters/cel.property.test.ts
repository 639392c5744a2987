// Whatever is written and whatever is sent: a program compiles or does not, gives a value or does not, and ends.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CelCompileError, CelRuntimeError, compile } from '../../../operator/filters/cel.ts';
import { kindOf } from '../../../operator/filters/values.ts';
import { ANY_QUESTIONS } from '../../support/cel-questions.ts';

const variables = ['req', 'res'];
const WORDS = (
  'req res a b list map size has all exists map filter matches format split join replace substring optional of none ' +
  'orValue int uint string bytes timestamp duration type dyn true false null in 1 2u 0 -1 1.5 1e300 "a" "%s" b"x" r"(" ' +
  "'😀' \\ . , : ? ?? [ ] { } ( ) + - * / % ! == != < <= > >= && || .? [? // \n x y"
).split(' ');

/** Runs to the end with any outcome but an error of another class. */
function holdsUp(expression: string, req: unknown): void {
  try {
    const program = compile(expression, { variables, result: 'any' });
    const value = program.evaluate({ req, res: { metadata: { name: 'x' } } });
    expect(kindOf(value)).toBeDefined();
  } catch (error) {
    if (error instanceof CelCompileError) expect(error.message).toMatch(/^\d+:\d+: [^\n]+$/);
    else expect(error).toBeInstanceOf(CelRuntimeError);
    // What a bug would be reported as.
    expect(error).not.toMatchObject({ message: 'the expression cannot be evaluated' });
  }
}

const value = fc.jsonValue({ maxDepth: 4 });

it('any text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), value, holdsUp), { numRuns: 2_000 });
});

it('any row of words of CEL', () => {
  const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 25 }).map((list) => list.join(' '));
  fc.assert(fc.property(words, value, holdsUp), { numRuns: 5_000 });
});

it('expressions put together from others', () => {
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
  fc.assert(fc.property(expression, value, holdsUp), { numRuns: 3_000 });
});
