/**
 * The one log of the process: JSON lines with Flux's field names, or lines for people. Messages are constants, all that
 * varies is a field; no path, token, body or secret is ever one.
 */
import pino from 'pino';
import { systemClock } from './clock.ts';
import { consoleLines } from './console-lines.ts';
import type { LogDestination } from './log-destination.ts';

export type Logger = pino.Logger;

/** The levels that can be asked for, from the most to the least talkative; a warning is written from `info` on. */
export const logLevels = ['trace', 'debug', 'info', 'error'] as const;
export const logEncodings = ['json', 'console'] as const;

export type LogLevel = (typeof logLevels)[number];
export type LogEncoding = (typeof logEncodings)[number];

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly encoding: LogEncoding;
  /** Standard error, written synchronously, when absent: a line is out before the process can die of what follows. */
  readonly destination?: LogDestination;
}

const STANDARD_ERROR = 2;

/**
 * A logger whose lines have `level`, `ts` (RFC 3339 with milliseconds, UTC) and `msg`. An Error in the field `error` is
 * written as its message, and in the field `cause` with its stack.
 */
export function createLogger({ level, encoding, destination }: LoggerOptions): Logger {
  const lines = destination ?? pino.destination({ fd: STANDARD_ERROR, sync: true });
  return pino(
    {
      level,
      base: null,
      messageKey: 'msg',
      timestamp: () => `,"ts":"${new Date(systemClock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: messageOf, cause: stackOf },
    },
    encoding === 'json' ? lines : consoleLines(lines),
  );
}

function messageOf(error: unknown): unknown {
  return error instanceof Error ? error.message : error;
}

function stackOf(error: unknown): unknown {
  return error instanceof Error ? (error.stack ?? error.message) : error;
}
