/** A subcommand of the program: what people run beside the operator, by the same file. */
export interface Command {
  /** For `--help`: how it is called and what it does, some lines. */
  readonly usage: string;
  /**
   * @param words those behind its name.
   * @returns what it prints, and the exit code: 0, or 1 for "not as expected".
   * @throws CommandError for what a user got wrong, exit code 2.
   */
  run(words: readonly string[]): Promise<{ readonly output: string; readonly exitCode: 0 | 1 }>;
}
