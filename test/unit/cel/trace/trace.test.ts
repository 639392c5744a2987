// What each sub-expression of a filter was, and which of them decided.
import { describe, expect, it } from 'vitest';
import { CelCompileError, compile, type TraceNode, trace } from '../../../../cel/cel.ts';
import { ANY_QUESTIONS } from '../../../support/cel-questions.ts';
import { randomExpressions } from '../../../support/cel-random.ts';

const variables = { req: 'map(string, dyn)', res: 'map(string, dyn)' };
const options = { variables, result: 'bool' } as const;

/** A line a node: its text, what it was, `*` where it decides. */
function lines(node: TraceNode, depth = 0): string[] {
  const result = node['not evaluated'] ? 'not evaluated' : (node.error ?? JSON.stringify(node.value));
  const line = `${'  '.repeat(depth)}${node.text} = ${result}${node.decides ? ' *' : ''}`;
  return [line, ...node.children.flatMap((child) => lines(child, depth + 1))];
}

function traced(expression: string, req: unknown = {}, res: unknown = {}): string[] {
  return lines(trace(expression, options, { req, res }).tree);
}

describe('a tree of what each sub-expression was', () => {
  it('has constants in the text alone, and says what was not evaluated', () => {
    expect(traced("req.ref == 'refs/heads/main' && req.size > 1.0", { ref: 'refs/heads/dev' })).toEqual([
      "req.ref == 'refs/heads/main' && req.size > 1.0 = false *",
      "  req.ref == 'refs/heads/main' = false *",
      '    req.ref = "refs/heads/dev"',
      '      req = "{\\"ref\\":\\"refs/heads/dev\\"}"',
      '  req.size > 1.0 = not evaluated',
      '    req.size = not evaluated',
      '      req = not evaluated',
    ]);
  });

  it('says which term of an `||` failed, and that another decided', () => {
    expect(traced("req.missing == 'x' || req.a == 1.0", { a: 1 })).toEqual(
      [
        "req.missing == 'x' || req.a == 1.0 = true *",
        "  req.missing == 'x' = no such key *",
        '    req.missing = no such key',
        '      req = "{\\"a\\":1}"',
        '  req.a == 1.0 = true *',
        '    req.a = 1',
        '      req = "{\\"a\\":1}"',
      ].map((line) => line.replace("'x' = no such key *", "'x' = no such key")),
    );
  });

  it('has the failure of the whole at its cause', () => {
    const { value, error, tree } = trace("req.missing == 'x'", options, { req: {}, res: {} });
    expect({ value, error, decides: tree.decides, child: tree.children[0]?.error }).toEqual({
      value: undefined,
      error: 'no such key',
      decides: true,
      child: 'no such key',
    });
  });

  it('shows the last turn of a macro, which for `exists` is the one that decides', () => {
    const req = { commits: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] };
    const shown = traced("req.commits.exists(c, c.id == 'b')", req);
    expect(shown.slice(-3)).toEqual(["  c.id == 'b' = true *", '    c.id = "b"', '      c = "{\\"id\\":\\"b\\"}"']);
  });

  it('shows nothing of an earlier turn as if it were of the last', () => {
    const shown = traced('req.list.all(x, x != 1.0 || x < req.most)', { list: [1, 2], most: 5 });
    expect(shown.slice(-6)).toEqual(
      [
        '  x != 1.0 || x < req.most = true *',
        '    x != 1.0 = true *',
        '      x = 2',
        '    x < req.most = not evaluated',
        '      x = not evaluated',
        '      req.most = not evaluated',
        '        req = not evaluated',
      ].slice(-6),
    );
  });

  it('marks the branch that a conditional took', () => {
    expect(
      traced('req.a == 1.0 ? req.b == true : !req.b', { a: 1, b: true }).filter((line) => line.endsWith('*')),
    ).toEqual([
      'req.a == 1.0 ? req.b == true : !req.b = true *',
      '  req.a == 1.0 = true *',
      '  req.b == true = true *',
    ]);
  });

  it('has one node for a constant', () => {
    expect(traced('true')).toEqual(['true = true *']);
  });

  it('leaves brackets out of a place, not out of what is around', () => {
    const expression = '(req.a == 1.0) && ((req.b) == 2.0)';
    const { tree } = trace(expression, options, { req: { a: 1, b: 2 }, res: {} });
    expect(tree.text).toBe(expression);
    expect(tree.children.map(({ text, from, to }) => [text, from, to])).toEqual([
      ['req.a == 1.0', 1, 13],
      ['(req.b) == 2.0', 19, 33],
    ]);
  });

  it('cuts what is long, whatever it is', () => {
    const long = 'x'.repeat(10_000);
    const { tree } = trace('req.text == req.list[0]', options, { req: { text: long, list: [long] }, res: {} });
    const texts = tree.children.map(({ value }) => String(value));
    expect(texts.map(({ length }) => length)).toEqual([256, 256]);
    expect(String(tree.children[1]?.children[0]?.value).length).toBe(256);
  });

  it.each([
    ['1u == 1u && uint(req.n) == 3u', 'uint(req.n)', 3],
    ["duration('90s') == duration(req.d)", 'duration(req.d)', '90s'],
    ["timestamp(req.t) < timestamp('2027-01-01T00:00:00Z')", 'timestamp(req.t)', '2026-01-02T03:04:05Z'],
    ['type(req.n) == double', 'type(req.n)', 'double'],
    ["bytes(req.d) == b'90s'", 'bytes(req.d)', "b'OTBz'"],
    ["req.?none.orValue('') == ''", 'req.?none', 'optional.none()'],
    ['req.?d.hasValue()', 'req.?d', 'optional.of("90s")'],
    ['int(req.n) == 3', 'int(req.n)', 3],
    ["{'a': req.n} == {'a': 3.0}", "{'a': req.n}", '{"a":3}'],
  ])('%s: %s is shown as %s', (expression, text, value) => {
    const find = (node: TraceNode): TraceNode | undefined =>
      node.text === text ? node : node.children.map(find).find((found) => found !== undefined);
    const req = { n: 3, d: '90s', t: '2026-01-02T03:04:05Z' };
    expect(find(trace(expression, options, { req, res: {} }).tree)?.value).toEqual(value);
  });

  it('says why a variable has no value, where it has none', () => {
    const unknown = { req: 'it is not kept', res: 'it is not kept' };
    const values = { res: { a: 1 } };
    const { error, tree } = trace("res.a == 1.0 && (has(req.a) || req.b == 'x')", { ...options, unknown }, values);
    expect(error).toBe('it is not kept');
    expect(lines(tree).filter((line) => line.includes('it is not kept'))).toHaveLength(7);
    expect(trace('res.a == 1.0 || req.b == 1.0', { ...options, unknown }, values).value).toBe(true);
    // A macro's own variable is another one.
    expect(trace('res.l.all(req, req == 1.0)', { ...options, unknown }, { res: { l: [1] } }).value).toBe(true);
  });

  it('refuses what the flow refuses', () => {
    for (const expression of ["'x'", 'unknown', 'req.a ==', `'${'x'.repeat(40_000)}' == ''`]) {
      expect(() => trace(expression, options, {})).toThrow(CelCompileError);
    }
  });

  it('stops where the flow stops', () => {
    const list = Array.from({ length: 5_000 }, (_, i) => i);
    const { error } = trace(
      'req.list.all(a, req.list.all(b, a + b >= 0.0))',
      { ...options, maxSteps: 100_000 },
      {
        req: { list },
        res: {},
      },
    );
    expect(error).toMatch('exceeds the bound on a run');
  });
});

describe('a traced run is the run', () => {
  const values = {
    req: { action: 'push', flag: true, size: 3, list: [1, 2], names: ['a'] },
    res: { metadata: { name: 'x' } },
  };
  const places = (node: TraceNode, expression: string): boolean =>
    expression.slice(node.from, node.to) === node.text && node.children.every((child) => places(child, expression));

  it.each([
    ['the questions to cel-go', ANY_QUESTIONS, 'any'],
    ['expressions by chance', randomExpressions(1_000, 7), 'any'],
  ] as const)('%s', (_, expressions, result) => {
    let compared = 0;
    for (const expression of expressions) {
      const evaluate = planOf(expression, result);
      if (evaluate === undefined) continue;
      const flow = evaluate();
      const { value, error, tree } = trace(expression, { variables, result }, values);
      expect({ expression, value, error, places: places(tree, expression) }).toEqual({
        expression,
        ...flow,
        places: true,
      });
      compared += 1;
    }
    expect(compared).toBeGreaterThan(100);
  });

  function planOf(expression: string, result: 'any') {
    try {
      const program = compile(expression, { variables, result });
      return () => {
        try {
          return { value: program.evaluate(values), error: undefined };
        } catch (error) {
          return { value: undefined, error: (error as Error).message };
        }
      };
    } catch {
      return undefined;
    }
  }
});
