/** A log whose lines a test can read. */
import { createLogger, type Logger } from '../../../operator/observe/log.ts';

export interface Lines {
  readonly log: Logger;
  /** Each without its time. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

export function createLines(): Lines {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string): void => {
    const { ts: _ts, ...rest } = JSON.parse(line) as Record<string, unknown>;
    lines.push(rest);
  };
  return { lines, log: createLogger({ level: 'trace', encoding: 'json', destination: { write } }) };
}
