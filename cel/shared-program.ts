/** Compiled expressions by their text: many Receivers have the same one, and a program keeps nothing of its runs. */
import { type CompileOptions, compile } from './compile.ts';
import type { Program } from './program.ts';

/** Beyond, the one that was asked for the longest ago is compiled anew. */
const MOST_KNOWN = 1_024;

const known = new Map<string, Program>();

/** As `compile`, and throws as it does. */
export function sharedProgram(expression: string, options: CompileOptions): Program {
  const key = JSON.stringify([options, expression]);
  const program = known.get(key) ?? compile(expression, options);
  known.delete(key);
  known.set(key, program);
  const [oldest] = known.keys();
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  return program;
}
