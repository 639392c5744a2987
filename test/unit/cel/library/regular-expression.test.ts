// A pattern pays for what the engine does: reading is cheap, what makes the engine work is charged before it does.
import { describe, expect, it } from 'vitest';
import { Budget, Exhausted } from '../../../../cel/evaluate/bounds.ts';
import { compilePattern, matches } from '../../../../cel/library/regular-expression.ts';

/** Whether so many steps are enough for the texts, one after the other. */
function fits(steps: number, pattern: string, texts: readonly string[]): boolean {
  const compiled = compilePattern(pattern, new Budget());
  const budget = new Budget(steps);
  try {
    for (const text of texts) compiled.test(budget, text);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(Exhausted);
    return false;
  }
}

/** Letters a and b without a pattern in them, the same in each run. */
function scattered(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state % 2 === 0 ? 'a' : 'b';
  }).join('');
}

describe('what patterns cost', () => {
  const path = 'teams/team-00/services/svc-00001/deploy/values.yaml';
  it.each(['prod', '^clusters/(prod|staging)/[a-z0-9-]+/.*[.]ya?ml$', '(?i)staging.*ya?ml$', '(^|/)[^/]+[.]json$'])(
    '%s costs by what it reads, whatever its size',
    (pattern) => {
      const once = 10_000;
      expect(fits(once + 30 * 10_000, pattern, Array<string>(10_000).fill(path))).toBe(true);
    },
  );

  it.each([
    ['that need a new state for every character', '[ab]*a[ab]{18}$'],
    ['whose states are large', '[ab]*a[ab]{100}[^ab]'],
    ['with many letters', '(?i)[^c]*[a-z]b(\\pL|a){40}[^ab]'],
  ])('patterns %s are stopped within one text', (_, pattern) => {
    expect(fits(200_000, pattern, [scattered(100_000)])).toBe(false);
  });

  it('and over many short texts', () => {
    const long = scattered(80_000);
    const texts = Array.from({ length: 2_000 }, (_, i) => long.slice(i * 40, i * 40 + 60));
    expect(fits(1_600_000, '[ab]*a[ab]{18}$', texts)).toBe(false);
  });

  it('a pattern that was stopped answers as before', () => {
    const compiled = compilePattern('[ab]*a[ab]{18}$', new Budget());
    expect(() => compiled.test(new Budget(1_000), scattered(100_000))).toThrow();
    expect(compiled.test(new Budget(), `c${'a'.repeat(40)}`)).toBe(true);
    expect(compiled.test(new Budget(), 'b'.repeat(40))).toBe(false);
  });
});

it('a pattern made from values is compiled once a run', () => {
  const budget = new Budget(1_000_000);
  for (let i = 0; i < 5_000; i += 1) expect(matches(budget, `apps/${i}`, '^clusters/prod-1/')).toBe(false);
});
