/** Finds and runs the subcommand that a command line names. */
import { CommandError } from './command-error.ts';
import { commands } from './index.ts';

/** What a subcommand writes, and how the process then ends. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  /** 0; 1: not as expected; 2: what was asked makes no sense. */
  readonly exitCode: 0 | 1 | 2;
}

/** @returns undefined: the words name no subcommand, and the operator is meant. */
export function runCommand([name = '', ...words]: readonly string[]): Promise<Ended> | undefined {
  const load = commands.get(name);
  return load && run(name, load, words);
}

type Load = typeof commands extends ReadonlyMap<string, infer L> ? L : never;

async function run(name: string, load: Load, words: readonly string[]): Promise<Ended> {
  const command = await load();
  if (words.includes('--help') || words.includes('-h')) {
    return { stdout: `${command.usage}\n`, stderr: '', exitCode: 0 };
  }
  try {
    const { output, exitCode } = await command.run(words);
    return { stdout: output, stderr: '', exitCode };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { stdout: '', stderr: `sluice ${name}: ${error.message}\n`, exitCode: 2 };
  }
}
