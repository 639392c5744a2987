// Asks the real cel-go, in the environment that Flux gives it: a Go program of its own, built once per version.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { GoBuildError } from '../../control-plane/go-build.ts';
import type { Progress } from '../../control-plane/progress.ts';
import { ANY_QUESTIONS, BOOL_QUESTIONS, CEL_VARIABLES } from './cel-questions.ts';
import { findGoProgram } from './go-program.ts';

/** How far an expression came, and with what. */
export interface CelAnswer {
  readonly expression: string;
  /** `bool`: the expression must be of that type. */
  readonly must: 'bool' | 'any';
  /** `refused`: it does not compile, or is of another type. `failed`: while it ran. `panic`: cel-go has no answer. */
  readonly outcome: 'refused' | 'failed' | 'value' | 'panic';
  readonly value?: unknown;
  /** cel-go's name of the static type, where it compiles. */
  readonly type?: string;
}

interface RawAnswer {
  readonly stage: 'compile' | 'type' | 'run' | 'ok' | 'panic';
  readonly value: unknown;
  readonly type?: string;
}

/** The path of the program that answers. @throws GoBuildError when it cannot be built. */
export async function findCelGo(progress: Progress): Promise<string> {
  const found = await findGoProgram(join(import.meta.dirname, 'cel-go'), progress);
  if (typeof found === 'string') throw new GoBuildError(found);
  return found[0];
}

/** All questions of cel-questions.json, answered. */
export function askCelGo(file: string): Promise<CelAnswer[]> {
  return askAll(file, [
    ...BOOL_QUESTIONS.map((expression) => ({ expression, must: 'bool' as const })),
    ...ANY_QUESTIONS.map((expression) => ({ expression, must: 'any' as const })),
  ]);
}

/** Questions over the variables of cel-questions.json, answered in their order. */
export async function askAll(
  file: string,
  questions: readonly Pick<CelAnswer, 'expression' | 'must'>[],
): Promise<CelAnswer[]> {
  const child = spawn(file, ['ask'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = buffer(child.stdout);
  for (const { expression, must } of questions) {
    const type = must === 'bool' ? 'bool' : '';
    child.stdin.write(`${JSON.stringify({ expression, variables: CEL_VARIABLES, type })}\n`);
  }
  child.stdin.end();
  const lines = (await said).toString().trim().split('\n');
  if (lines.length !== questions.length) throw new Error(`${questions.length} questions, ${lines.length} answers`);
  return questions.map((question, i) => ({ ...question, ...answerOf(JSON.parse(lines[i] ?? '') as RawAnswer) }));
}

function answerOf({ stage, value, type }: RawAnswer): Pick<CelAnswer, 'outcome' | 'value' | 'type'> {
  if (stage === 'panic') return { outcome: 'panic' };
  if (stage === 'compile' || stage === 'type') return { outcome: 'refused' };
  const known = type === undefined ? {} : { type };
  return stage === 'run' ? { outcome: 'failed', ...known } : { outcome: 'value', value, ...known };
}
