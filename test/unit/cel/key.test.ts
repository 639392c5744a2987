/** The key of an expression, and that the expression is true for no other value of the field. */
import { describe, expect, it } from 'vitest';
import { CelRuntimeError, compile } from '../../../cel/cel.ts';

const VARIABLES = { req: 'map(string, dyn)', res: 'map(string, dyn)' };
const req = { name: 'b', names: ['a', 'b'], prefix: 'team', on: true, off: false, number: 1 };
const compiled = (expression: string) =>
  compile(expression, { variables: VARIABLES, result: 'bool', keyedBy: 'res.metadata.name' });

describe('the key of an expression', () => {
  it.for<[expression: string, key: unknown]>([
    ['req.name == res.metadata.name', 'b'],
    ['res.metadata.name == req.name', 'b'],
    ["res.metadata.name == 'a'", 'a'],
    ['.res.metadata.name == req.name', 'b'],
    ['req.on && res.metadata.name == req.name', 'b'],
    ['res.metadata.name == req.name && res.metadata.labels.missing', 'b'],
    ["req.missing == 'x' && (req.off && res.metadata.name == req.name)", 'b'],
    ["res.metadata.name == req.prefix + '-' + req.names[1]", 'team-b'],
    ["res.metadata.name == req.names.filter(n, n != 'a')[0]", 'b'],
    ['res.metadata.name == req.number', 1],
  ])('%s: %s', ([expression, key]) => {
    const program = compiled(expression);
    expect(program.key?.({ req })).toBe(key);
    for (const name of ['a', 'b', 'c', 'team-b', '1', '']) {
      const isTrue = isTrueFor(program, { req, res: { metadata: { name, labels: { missing: true } } } });
      expect(isTrue && name !== key, `true for ${name}`).toBe(false);
    }
  });

  it.for([
    'req.name != res.metadata.name',
    'req.on || req.name == res.metadata.name',
    '!(req.name == res.metadata.name)',
    'req.name == res.metadata.name ? true : false',
    'res.metadata.name in req.names',
    'res.metadata.name == res.metadata.labels.app',
    'res.metadata.name == res.metadata.name',
    'res.metadata.?name == optional.of(req.name)',
    'res.metadata.namespace == req.name',
    'req.names.exists(n, n == res.metadata.name)',
    'req.names.exists(res, res == req.name)',
    "res.metadata.name.startsWith('a')",
  ])('%s has none', (expression) => {
    expect(compiled(expression).key).toBeUndefined();
  });

  it('fails where its side of the comparison does', () => {
    expect(() => compiled('req.missing == res.metadata.name').key?.({ req })).toThrow(CelRuntimeError);
  });

  it('is there only where it was asked for', () => {
    expect(compile('req.name == res.metadata.name', { variables: VARIABLES, result: 'bool' }).key).toBeUndefined();
  });
});

function isTrueFor(program: ReturnType<typeof compiled>, values: Readonly<Record<string, unknown>>): boolean {
  try {
    return program.evaluate(values) === true;
  } catch {
    return false;
  }
}
