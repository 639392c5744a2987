/** Finds and runs the subcommand that a command line names. */
import type { CommandContext } from './command.ts';
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
export function runCommand(
  [name = '', ...words]: readonly string[],
  context: CommandContext,
): Promise<Ended> | undefined {
  if (name === 'help') return help();
  const load = commands.get(name);
  return load && run(name, load, words, context);
}

/** What there is, a command a line or two. */
async function help(): Promise<Ended> {
  const all = await Promise.all([...commands.values()].map((load) => load()));
  const calls = all.flatMap(({ usage }) => usage.split('\n\n')[0]?.split('\n') ?? []);
  const lines = [
    ...calls,
    '',
    'With --help each says what it does. With flags alone it is the operator: sluice --help.',
    '',
  ];
  return { stdout: lines.join('\n'), stderr: '', exitCode: 0 };
}

type Load = typeof commands extends ReadonlyMap<string, infer L> ? L : never;

async function run(name: string, load: Load, words: readonly string[], context: CommandContext): Promise<Ended> {
  const command = await load();
  if (words.includes('--help') || words.includes('-h')) {
    return { stdout: `${command.usage}\n`, stderr: '', exitCode: 0 };
  }
  try {
    const { output, notices = [], exitCode } = await command.run(words, context);
    return { stdout: output, stderr: notices.map((notice) => `sluice ${name}: ${notice}\n`).join(''), exitCode };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { stdout: '', stderr: `sluice ${name}: ${error.message}\n`, exitCode: 2 };
  }
}
