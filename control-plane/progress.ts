// Says how a long step is going: one line that rewrites itself on a terminal, a line now and then in a pipe.

/** Takes one line of progress; called as often as there is something to say. */
export type Progress = (line: string) => void;

const TERMINAL_INTERVAL_MS = 2_000;
const PIPE_INTERVAL_MS = 15_000;

/** How often a step that takes minutes should report, for the output that is there. */
export function progressIntervalMs(stream: { readonly isTTY?: boolean }): number {
  return stream.isTTY ? TERMINAL_INTERVAL_MS : PIPE_INTERVAL_MS;
}

/** Progress as plain lines on standard error. */
export function lineProgress(stream: NodeJS.WritableStream = process.stderr): Progress {
  return (line) => {
    stream.write(`${line}\n`);
  };
}

/** `75_400` becomes `1m15s`. */
export function elapsed(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}
