/** Where the process begins and ends: flags in, signals, exit codes out. */
import './ensure-memory-env.ts';
import { type App, startApp } from './app.ts';
import type { CommandContext } from './commands/command.ts';
import type { Ended } from './commands/run-command.ts';
import { parseConfig } from './config.ts';

const EXIT_USAGE = 2;

function fail(message: string, code = 1): never {
  process.stderr.write(`sluice: ${message}\n`);
  process.exit(code);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whoever read what a command prints, such as `head`, has had enough. */
function onUnread(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit(0);
  return fail(messageOf(error));
}

/** What runs commands is a file of its own in the bundle; flags alone are the operator's. */
async function run(words: readonly string[], context: CommandContext): Promise<Ended | undefined> {
  if (words[0] === undefined || words[0].startsWith('-')) return undefined;
  const { runCommand } = await import('./commands/clients/commands.ts');
  return await runCommand(words, context);
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const write = (text: string): void => void process.stdout.write(text);
  process.stdout.on('error', onUnread);
  const command = await run(words, { env: process.env, write });
  if (command !== undefined) {
    process.stdout.write(command.stdout);
    process.stderr.write(command.stderr);
    process.exitCode = command.exitCode;
    return;
  }
  process.stdout.off('error', onUnread);
  const parsed = parseConfig(words, process.env);
  if (parsed.kind === 'error') fail(parsed.message, EXIT_USAGE);
  if (parsed.kind !== 'run') {
    process.stdout.write(`${parsed.text.trimEnd()}\n`);
    return;
  }
  const starting = Promise.withResolvers<App>();
  let stopping = false;
  const stop = (): void => {
    // A second signal: whoever sends it will not wait.
    if (stopping) process.exit(1);
    stopping = true;
    // Asked to end while it starts, it starts first; what does not start says so below.
    starting.promise.then((app) =>
      app.stop().then(
        () => process.exit(0),
        (error) => fail(messageOf(error)),
      ),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  starting.resolve(await startApp(parsed.config, parsed.notices));
}

main().catch((error) => fail(messageOf(error)));
