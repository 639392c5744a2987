/** The registry: every subcommand. A new one is a file of its own and a line here; nothing of it is loaded before. */
import type { Command } from './command.ts';

export const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['explain', async () => (await import('./explain.ts')).explainCommand],
]);
