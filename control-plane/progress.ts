// Says how a long step is going: one line that rewrites itself on a terminal, a line now and then in a pipe.

/** Takes one line of progress; called as often as there is something to say. */
export type Progress = (line: string) => void;

/** The part of an output stream that progress needs; `process.stderr` has it. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const TERMINAL_INTERVAL_MS = 2_000;
const PIPE_INTERVAL_MS = 15_000;
const DEFAULT_COLUMNS = 80;
const ONE_LINE_UP_AND_CLEAR = '\u001b[1A\u001b[2K';

/** How often a step that takes minutes should report, for the output that is there. */
export function progressIntervalMs(stream: ProgressStream): number {
  return stream.isTTY ? TERMINAL_INTERVAL_MS : PIPE_INTERVAL_MS;
}

/** Progress as lines; on a terminal each takes the place of the one before. */
export function lineProgress(stream: ProgressStream = process.stderr): Progress {
  let written = false;
  return (line) => {
    if (!stream.isTTY) {
      stream.write(`${line}\n`);
      return;
    }
    // A line that wraps could not be taken back.
    const fitting = line.slice(0, (stream.columns ?? DEFAULT_COLUMNS) - 1);
    stream.write(`${written ? ONE_LINE_UP_AND_CLEAR : ''}${fitting}\n`);
    written = true;
  };
}

/** `75_400` becomes `1m15s`. */
export function elapsed(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}
