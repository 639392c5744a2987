// Asks Go what it makes of bodies: its JSON decoder, its URLs, and the SDK of CDEvents that Flux uses.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Command } from '../../control-plane/component.ts';
import { cacheFolder, goBuild, isBuilt } from '../../control-plane/go-build.ts';
import type { Progress } from '../../control-plane/progress.ts';

/** What a body is read as; the names stand in go-verdicts/main.go. */
export type ReadAs = 'cdevents' | 'req' | 'dockerhub' | 'quay' | 'acr' | 'nexus' | 'registry-event' | 'uri-reference';

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

const source = join(import.meta.dirname, 'go-verdicts');
const files = ['go.mod', 'go.sum', 'main.go'] as const;
const args = ['build', '-v', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w'];

/** The command that answers, built once per version of its sources, or the reason why there is none. */
export async function findGoVerdicts(progress: Progress = () => undefined): Promise<Command | string> {
  const hash = createHash('sha256').update(JSON.stringify(args));
  for (const file of files) hash.update(readFileSync(join(source, file)));
  const key = `${hash.digest('hex').slice(0, 16)}-${process.platform}-${process.arch}`;
  const file = join(cacheFolder(), '..', 'go-verdicts', key, 'go-verdicts');
  const build = { title: "Go's verdicts (once per version)", source, mainPackage: '.', args, file };
  if (isBuilt(build)) return [file];
  const { error } = spawnSync('go', ['version']);
  if (error !== undefined) return `go cannot be run: ${error.message}`;
  await goBuild(build, progress);
  return [file];
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
