// Asks the real cel-go, in the environment that Flux gives it: a subcommand of the control plane that we build.
import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { findControlPlane } from '../../control-plane/build.ts';
import type { Command } from '../../control-plane/component.ts';
import type { Progress } from '../../control-plane/progress.ts';
import { ANY_QUESTIONS, BOOL_QUESTIONS, CEL_VARIABLES } from './cel-questions.ts';

/** How far an expression came, and with what. */
export interface CelAnswer {
  readonly expression: string;
  /** `bool`: the expression must be of that type. */
  readonly must: 'bool' | 'any';
  /** `refused`: it does not compile, or is of another type. `failed`: while it ran. */
  readonly outcome: 'refused' | 'failed' | 'value';
  readonly value?: unknown;
  /** cel-go's name of the static type, where it compiles. */
  readonly type?: string;
}

interface RawAnswer {
  readonly stage: 'compile' | 'type' | 'run' | 'ok';
  readonly value: unknown;
  readonly type?: string;
}

/** The command that answers, or the reason why there is none. */
export async function findCelGo(progress: Progress): Promise<Command | string> {
  const { kubectl, source } = await findControlPlane(progress);
  const [file, ...args] = kubectl;
  return args[0] === 'kubectl' ? [file, 'cel'] : `${source} has no cel-go: only the control plane built here has`;
}

/** All questions, answered. */
export async function askCelGo([file, ...args]: Command): Promise<CelAnswer[]> {
  const questions = [
    ...BOOL_QUESTIONS.map((expression) => ({ expression, must: 'bool' as const })),
    ...ANY_QUESTIONS.map((expression) => ({ expression, must: 'any' as const })),
  ];
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  for (const { expression, must } of questions) {
    const type = must === 'bool' ? 'bool' : '';
    child.stdin.write(`${JSON.stringify({ expression, variables: CEL_VARIABLES, type })}\n`);
  }
  child.stdin.end();
  const lines = (await buffer(child.stdout)).toString().trim().split('\n');
  if (lines.length !== questions.length) throw new Error(`${questions.length} questions, ${lines.length} answers`);
  return questions.map((question, i) => ({ ...question, ...answerOf(JSON.parse(lines[i] ?? '') as RawAnswer) }));
}

function answerOf({ stage, value, type }: RawAnswer): Pick<CelAnswer, 'outcome' | 'value' | 'type'> {
  if (stage === 'compile' || stage === 'type') return { outcome: 'refused' };
  const known = type === undefined ? {} : { type };
  return stage === 'run' ? { outcome: 'failed', ...known } : { outcome: 'value', value, ...known };
}
