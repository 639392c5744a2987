/** Where a log goes. */
export interface LogDestination {
  /** Takes one line with its end. */
  write(line: string): void;
}
