/** The recorder of Flux's controllers, which posts events to where alerting is served. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Command } from '../../control-plane/component.ts';
import type { Progress } from '../../control-plane/progress.ts';
import { findGoProgram } from './go-program.ts';

/** An event as a controller gives it to its recorder. */
export interface ControllerEvent {
  readonly object: object;
  readonly annotations?: Readonly<Record<string, string>>;
  /** `Normal` if absent. */
  readonly type?: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** The command that posts, or the reason why there is none. */
export function findFluxEvents(progress?: Progress): Promise<Command | string> {
  return findGoProgram(join(import.meta.dirname, 'flux-events'), progress);
}

/** Posts them one after the other, as one controller, and is done when the recorder is. */
export async function postFluxEvents(
  [program]: Command,
  { url, controller, events }: { url: string; controller: string; events: readonly ControllerEvent[] },
): Promise<void> {
  const child = spawn(program, [url, controller], { stdio: ['pipe', 'pipe', 'pipe'] });
  const [said, complaints] = [text(child.stdout), text(child.stderr)];
  for (const event of events) child.stdin.write(`${JSON.stringify(event)}\n`);
  child.stdin.end();
  const lines = (await said).split('\n').filter((line) => line !== '');
  if (lines.length !== events.length) throw new Error(`flux-events: ${await complaints}`);
}
