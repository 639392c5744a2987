import { describe, expect, it } from 'vitest';
import { CelCompileError } from '../../../cel/cel.ts';
import { sharedProgram } from '../../../cel/shared-program.ts';

const declared = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'map(string, dyn)']));
const bool = (...variables: string[]) => ({ variables: declared(variables), result: 'bool' }) as const;

describe('a shared program', () => {
  it('is the same for the same expression, variables and result', () => {
    const one = sharedProgram('req.a == "b"', bool('req', 'res'));
    expect(sharedProgram('req.a == "b"', bool('req', 'res'))).toBe(one);
    expect(sharedProgram('req.a == "b"', bool('req'))).not.toBe(one);
    expect(sharedProgram('req.a == "b"', { variables: declared(['req', 'res']), result: 'any' })).not.toBe(one);
    expect(sharedProgram('req.a == "c"', bool('req', 'res'))).not.toBe(one);
  });

  it('runs for each as if it were its own', () => {
    const options = bool('req');
    const counts = 'req.list.exists(x, x == req.wanted)';
    expect(sharedProgram(counts, options).evaluate({ req: { list: [1, 2], wanted: 2 } })).toBe(true);
    expect(sharedProgram(counts, options).evaluate({ req: { list: [1, 2], wanted: 3 } })).toBe(false);
  });

  it('is refused each time it is wrong', () => {
    for (let time = 0; time < 2; time++) expect(() => sharedProgram('nope', bool())).toThrow(CelCompileError);
  });

  it('is forgotten after a thousand others', () => {
    const one = sharedProgram('1 == 1', bool());
    for (let other = 0; other < 1_024; other++) sharedProgram(`${other} == 0`, bool());
    expect(sharedProgram('1 == 1', bool())).not.toBe(one);
  });
});
