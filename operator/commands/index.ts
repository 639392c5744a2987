/** The registry: every subcommand. A new one is a file of its own and a line here; nothing of it is loaded before. */
import type { Command } from './command.ts';

export const commands: ReadonlyMap<string, () => Promise<Command>> = new Map<string, () => Promise<Command>>([
  ['explain', async () => (await import('./explain.ts')).explainCommand],
  ['deliveries', async () => (await import('./deliveries.ts')).deliveriesCommand],
  ['replay', async () => (await import('./replay.ts')).replayCommand],
  ['doctor', async () => (await import('./doctor.ts')).doctorCommand],
]);
