/** A subcommand of the program: what people run beside the operator, by the same file. */
export interface Command {
  /** For `--help`: how it is called and what it does, some lines. */
  readonly usage: string;
  /**
   * @param words those behind its name.
   * @param context what it sees of its process.
   * @throws CommandError for what a user got wrong, exit code 2.
   */
  run(words: readonly string[], context: CommandContext): Promise<CommandOutcome>;
}

export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Prints at once, for what has no end. */
  write(text: string): void;
}

export interface CommandOutcome {
  /** What it prints at its end. */
  readonly output: string;
  /** What people should know beside it: a line each, to stderr. */
  readonly notices?: readonly string[];
  /** 1: not as expected. */
  readonly exitCode: 0 | 1;
}
