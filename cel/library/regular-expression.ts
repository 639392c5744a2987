/**
 * Matches RE2 patterns on an engine whose time is linear in the text. A run pays for what the engine does: it reads a
 * character by a table that it fills as it goes, and only a new entry of the table, or the simulation that takes over
 * when the table is full, costs by the size of the pattern.
 */
import { RE2JS } from 're2js';
import { type Budget, Failure } from '../evaluate/bounds.ts';

const INVALID = new Failure('an invalid regular expression');
const TOO_LARGE = new Failure('a regular expression that is too large');
/** Characters for a step, read by the table. */
const READ_PER_STEP = 2;
/** Steps for each text, before its first character. */
const CALL_COST = 4;
/** Steps for a new entry of the table, and for each instruction of the pattern. */
const ENTRY_COST = 40;
const ENTRY_INSTRUCTION_COST = 3;
/** Characters times instructions for a step where the table is full. */
const SIMULATED_PER_STEP = 1;
/** Bytes of a pattern's table: it is kept as long as the program. */
const TABLE_BYTES = 1024 * 1024;
/** Steps for each instruction that a pattern becomes. */
const COMPILE_COST = 200;
/** Of a pattern; with counted repetitions each character may become a thousand instructions. */
const MAX_LENGTH = 4_096;
const MAX_REPEATED_LENGTH = 256;
/** Patterns that a run makes from values and keeps: the same one is met with every element of a list. */
const MAX_KEPT = 8;

/** A compiled pattern. */
export interface Pattern {
  /** Whether it is found anywhere in the text. @throws Exhausted before it does more than the budget bears. */
  test(budget: Budget, text: string): boolean;
}

type Engine = RE2JS['re2Input'];

function engineOf(pattern: string): Engine {
  if (pattern.length > (pattern.includes('{') ? MAX_REPEATED_LENGTH : MAX_LENGTH)) throw TOO_LARGE;
  try {
    return RE2JS.compile(pattern).re2Input;
  } catch {
    throw INVALID;
  }
}

/** What the engine does beyond reading, charged where it does it: `payer` is the budget of the run that is on. */
function meter(engine: Engine, size: number, payer: () => Budget): void {
  const { dfa } = engine;
  dfa.stateBudget = TABLE_BYTES;
  dfa.memBudget = TABLE_BYTES;
  const makeState = dfa.makeState.bind(dfa);
  dfa.makeState = (instructions, flag, ids) => {
    payer().spend(ENTRY_COST + size * ENTRY_INSTRUCTION_COST);
    return makeState(instructions, flag, ids);
  };
  const match = dfa.match.bind(dfa);
  dfa.match = (input, pos, anchor) => {
    const found: unknown = match(input, pos, anchor);
    if (found === null) payer().spend(Math.ceil((input.endPos() * size) / SIMULATED_PER_STEP));
    return found;
  };
}

/** @throws Failure for what is no pattern; Exhausted for one that is larger than the budget bears. */
export function compilePattern(pattern: string, budget: Budget): Pattern {
  const engine = engineOf(pattern);
  const size = engine.numberOfInstructions();
  budget.spend(pattern.length + size * COMPILE_COST);
  let payer = budget;
  meter(engine, size, () => payer);
  return {
    test(run, text) {
      run.spend(CALL_COST + Math.ceil(text.length / READ_PER_STEP));
      payer = run;
      return engine.match(text);
    },
  };
}

const kept = new WeakMap<Budget, Map<string, Pattern>>();

/** Whether the pattern is found anywhere in the text. */
export function matches(budget: Budget, text: string, pattern: string): boolean {
  let patterns = kept.get(budget);
  if (patterns === undefined) {
    patterns = new Map();
    kept.set(budget, patterns);
  }
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = compilePattern(pattern, budget);
    if (patterns.size >= MAX_KEPT) patterns.clear();
    patterns.set(pattern, compiled);
  }
  return compiled.test(budget, text);
}
