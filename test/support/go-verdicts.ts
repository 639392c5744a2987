// Asks Go what it makes of bodies: its JSON decoder, its URLs, and the SDK of CDEvents that Flux uses.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Command } from '../../control-plane/component.ts';
import type { Progress } from '../../control-plane/progress.ts';
import { findGoProgram } from './go-program.ts';

/** What a body is read as; the names stand in go-verdicts/main.go. */
export type ReadAs =
  | 'cdevents'
  | 'req'
  | 'dockerhub'
  | 'quay'
  | 'acr'
  | 'nexus'
  | 'registry-event'
  | 'event'
  | 'uri-reference';

export interface GoQuestion {
  readonly as: ReadAs;
  readonly body: string | Buffer;
}

export interface GoVerdict {
  readonly accepted: boolean;
  /** Why not. */
  readonly reason?: string;
  /** What it was read into. */
  readonly value?: unknown;
}

/** The command that answers, or the reason why there is none. */
export function findGoVerdicts(progress?: Progress): Promise<Command | string> {
  return findGoProgram(join(import.meta.dirname, 'go-verdicts'), progress);
}

/** All questions, answered by one process in their order; each with the state that a new process has. */
export async function askGo([program]: Command, questions: readonly GoQuestion[]): Promise<GoVerdict[]> {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = buffer(child.stdout);
  for (const { as, body } of questions) {
    child.stdin.write(`${JSON.stringify({ as, body: Buffer.from(body).toString('base64') })}\n`);
  }
  child.stdin.end();
  const lines = (await answers).toString().trim().split('\n');
  if (lines.length !== questions.length) throw new Error(`${questions.length} questions, ${lines.length} answers`);
  return lines.map((line) => JSON.parse(line) as GoVerdict);
}
