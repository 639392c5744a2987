// What a filter can rely on beyond the meaning of CEL (cel-table.test.ts): it compiles once, names what it reads, ends
// soon whatever a request holds, and fails in two ways only.
import { describe, expect, it } from 'vitest';
import { CelCompileError, CelRuntimeError, compile } from '../../../cel/cel.ts';

const OBJECT = 'map(string, dyn)';
const REQ = { req: OBJECT };
const REQ_RES = { req: OBJECT, res: OBJECT };
const LONG_LIST = Array.from({ length: 1_000 }, (_, i) => i);
const LONG_TEXT = 'a'.repeat(1_000_000);

function evaluate(expression: string, req: unknown = {}): unknown {
  return compile(expression, { variables: REQ, result: 'any' }).evaluate({ req });
}

function failure(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('what does not compile says what and where', () => {
  it.each([
    ['req.a == ', '1:10: syntax error: unexpected the end, expected a name'],
    ['req.a\n  == foo', "2:6: undeclared reference to 'foo'"],
    ["'😀' + 1", "1:5: found no matching overload for '+' applied to '(string, int)'"],
    ['[1, "a"]', "1:5: expected type 'int' but found 'string'"],
    ['url("x")', "1:1: undeclared reference to 'url'"],
    ['"a".matches("(")', '1:4: an invalid regular expression'],
    ['int("x")', '1:1: a type conversion error'],
    ['"a\nb"', '1:3: a line break in a string'],
  ])('%j', (expression, message) => {
    const error = failure(() => compile(expression, { variables: REQ, result: 'any' }));
    expect(error).toBeInstanceOf(CelCompileError);
    expect(error).toMatchObject({ code: 'InvalidCELExpression', message });
  });

  it('a filter must be bool, and says what it is instead', () => {
    const error = failure(() => compile('req.flag', { variables: REQ, result: 'bool' }));
    expect(error).toMatchObject({ message: '1:1: the expression must be of type bool, and is of type dyn' });
  });

  it('an expression for text must be a string, and gives one', () => {
    const text = { variables: { event: OBJECT, alert: OBJECT }, result: 'string' } as const;
    const values = { event: { reason: 'Failed' }, alert: { metadata: { name: 'a' } } };
    expect(compile("event.reason + ': ' + string(alert.metadata.name)", text).evaluate(values)).toBe('Failed: a');
    expect(() => compile('event.reason', text)).toThrow(
      '1:1: the expression must be of type string, and is of type dyn',
    );
    expect(() => compile('event.reason.orValue("x")', text)).not.toThrow();
    expect(() => compile('event.?n.orValue(1) == 1 ? "a" : "b"', text).evaluate(values)).not.toThrow();
  });

  it.each([
    ["req == 'x'", 'refused'],
    ['req[0]', 'refused'],
    ['1 in req', 'refused'],
    ['req + 1', 'refused'],
    ['req.flag', 'refused'],
    ['req.flag == true', 'compiles'],
    ['size([req, {}]) == 2', 'compiles'],
    ['"a" in req', 'compiles'],
    ['[{"a": 1}, req].size() == 2', 'refused'],
  ])('req is a map: %s', (expression, expected) => {
    const error = failure(() => compile(expression, { variables: REQ, result: 'bool' }));
    expect(error instanceof CelCompileError ? 'refused' : 'compiles').toBe(expected);
  });

  it('a variable that is not declared is unknown', () => {
    expect(() => compile('claims.sub == "x"', { variables: REQ_RES, result: 'bool' })).toThrow(CelCompileError);
    expect(() => compile('claims.sub == "x"', { variables: { claims: OBJECT }, result: 'bool' })).not.toThrow();
  });

  it('patterns that are too large, alone or together', () => {
    const large = `"a".matches("(${'a'.repeat(200)}){1000}")`;
    const many = Array.from({ length: 60 }, () => '"a".matches("a{999}")').join(' || ');
    for (const expression of [large, many]) expect(() => evaluate(expression)).toThrow(CelCompileError);
  });

  it('too long, or nested too deeply', () => {
    for (const expression of [
      `"${LONG_TEXT}"`,
      '('.repeat(10_000),
      '['.repeat(300) + ']'.repeat(300),
      `1${'+1'.repeat(5_000)}`,
    ]) {
      expect(() => evaluate(expression)).toThrow(CelCompileError);
    }
  });
});

describe('the variables that it reads', () => {
  it.each([
    ['true', []],
    ['req.a == 1', ['req']],
    ['req.a == res.metadata.name', ['req', 'res']],
    ['[1].all(req, req == 1)', []],
    ['[req].all(req, req.a == 1)', ['req']],
    ['[1].all(req, req == 1) && req.a', ['req']],
    ['has(res.metadata.labels)', ['res']],
    ['optional.of(1).optMap(res, res).hasValue()', []],
    ['"res" == "req" || {"res": 1}.res == 1', []],
  ])('%s', (expression, reads) => {
    const program = compile(expression, { variables: REQ_RES, result: 'any' });
    expect([...program.reads]).toEqual(reads);
  });
});

describe('what is large or deep and no abuse', () => {
  const req = { a: LONG_LIST };

  it('each run has bounds of its own', () => {
    const program = compile('req.a.all(x, req.a.exists(y, y == 300))', { variables: REQ, result: 'bool' });
    for (let i = 0; i < 5; i += 1) expect(program.evaluate({ req })).toBe(true);
  });

  it('a precision beyond any double', () => {
    expect(() => evaluate('"%.999999999f".format([1.0])')).toThrow(CelRuntimeError);
  });

  it('a pattern that makes others run for ever is nothing special', () => {
    expect(evaluate('req.s.matches("^(a+)+$")', { s: `${'a'.repeat(10_000)}!` })).toBe(false);
  });

  it('values nested beyond what can be walked', () => {
    const deep = () => JSON.parse('['.repeat(20_000) + ']'.repeat(20_000)) as unknown;
    expect(() => evaluate('req.a == req.b', { a: deep(), b: deep() })).toThrow(CelRuntimeError);
  });
});

describe('values are JSON', () => {
  it('a key of a prototype is an ordinary key', () => {
    const own = JSON.parse('{"__proto__": {"x": 1}, "constructor": "c"}') as unknown;
    expect(evaluate('req.__proto__.x == 1 && req.constructor == "c"', own)).toBe(true);
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(evaluate(`has(req.${key}) || "${key}" in req || req.?${key}.hasValue()`)).toBe(false);
      expect(() => evaluate(`req.${key}`)).toThrow(CelRuntimeError);
    }
  });

  it('what a program gives, another takes', () => {
    const first = compile('{"n": dyn(int(claims.n)), "when": dyn(timestamp(0))}', {
      variables: { claims: OBJECT },
      result: 'any',
    });
    const second = compile('vars.v.n + 1 == 4 && vars.v.when.getFullYear() == 1970', {
      variables: { claims: OBJECT, vars: OBJECT },
      result: 'bool',
    });
    expect(second.evaluate({ claims: {}, vars: { v: first.evaluate({ claims: { n: 3 } }) } })).toBe(true);
  });

  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a Date', new Date()],
    ['a symbol', Symbol('x')],
  ])('%s is no value, and no crash', (_, value) => {
    expect(() => evaluate('req.x + 1', { x: value })).toThrow(CelRuntimeError);
    expect(evaluate('req.x == 1', { x: value ?? 2 })).toBe(false);
  });

  it('a variable without a value', () => {
    const program = compile('req.a == 1', { variables: REQ, result: 'bool' });
    expect(() => program.evaluate({})).toThrow(CelRuntimeError);
  });
});

it('an error while running never shows a value of the request', () => {
  const req = { secret: 's3cr3t', n: 1, list: ['s3cr3t'] };
  for (const expression of [
    'req.secret + 1 == 2',
    'int(req.secret) == 1',
    'req.s3cr3t == 1',
    'req[req.secret] == 1',
    'timestamp(req.secret) == timestamp(0)',
    'duration(req.secret) == duration("1s")',
    'req.n.matches(req.secret)',
    '"a".matches(req.secret + "(")',
    'req.list[5] == 1',
    'timestamp(0).getHours(req.secret) == 1',
    'base64.decode(req.secret + "!") == b""',
    '[req.n].join(req.secret) == ""',
    '"%d".format([req.secret]) == ""',
  ]) {
    const error = failure(() => evaluate(expression, req));
    expect(error).toBeInstanceOf(CelRuntimeError);
    expect(error).toMatchObject({ code: 'FilterFailed', message: expect.not.stringContaining('s3cr3t') });
    expect((error as Error).cause).toBeUndefined();
  }
});

it('a filter whose value turns out not to be a bool fails', () => {
  const program = compile('req.a.orValue(true)', { variables: REQ, result: 'any' });
  expect(program.evaluate({ req: { a: 1 } })).toBe(1);
  const filter = compile('[req.a].all(x, x.orValue(true))', { variables: REQ, result: 'bool' });
  expect(() => filter.evaluate({ req: { a: 1 } })).toThrow(CelRuntimeError);
  const unchecked = compile('req.a.orValue(true)', { variables: REQ, result: 'bool' });
  expect(() => unchecked.evaluate({ req: { a: 1 } })).toThrow('the result is not a bool');
});
