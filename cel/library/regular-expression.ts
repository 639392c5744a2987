/** `matches`: RE2 syntax on an engine whose time is linear in the text, so that no pattern can hold up the process. */
import { RE2JS } from 're2js';
import { type Budget, Failure } from '../evaluate/bounds.ts';

const INVALID = new Failure('an invalid regular expression');
const TOO_LARGE = new Failure('a regular expression that is too large');
/** The engine takes some 20 ns for a character and an instruction where it cannot do better; a step is about 100. */
const WORK_PER_STEP = 4;
/** Steps for each instruction that a pattern becomes. */
const COMPILE_COST = 25;
/** Of a pattern; with counted repetitions each character may become a thousand instructions. */
const MAX_LENGTH = 4_096;
const MAX_REPEATED_LENGTH = 256;

interface Pattern {
  test(budget: Budget, text: string): boolean;
}

/** @throws Failure for what is no pattern; Exhausted for one that is larger than the budget bears. */
export function compilePattern(pattern: string, budget: Budget): Pattern {
  if (pattern.length > (pattern.includes('{') ? MAX_REPEATED_LENGTH : MAX_LENGTH)) throw TOO_LARGE;
  let compiled: ReturnType<typeof RE2JS.compile>;
  try {
    compiled = RE2JS.compile(pattern);
  } catch {
    throw INVALID;
  }
  const size = compiled.programSize();
  budget.spend(pattern.length + size * COMPILE_COST);
  return {
    test(budget, text) {
      budget.spend(1 + Math.ceil((text.length * size) / WORK_PER_STEP));
      return compiled.test(text);
    },
  };
}

/** Whether the pattern is found anywhere in the text. */
export function matches(budget: Budget, text: string, pattern: string): boolean {
  return compilePattern(pattern, budget).test(budget, text);
}
