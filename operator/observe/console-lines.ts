/** Log lines for people: `time LEVEL message {fields}`, separated by tabs, a stack on the lines that follow. */
import type { LogDestination } from './log-destination.ts';

/** A destination that takes JSON lines and hands on the same as lines for people; what is not JSON it leaves as it is. */
export function consoleLines(destination: LogDestination): LogDestination {
  return { write: (line) => destination.write(consoleLine(line)) };
}

function consoleLine(line: string): string {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line);
  } catch {
    return line;
  }
  const { level, ts, msg, cause, ...rest } = fields;
  const parts = [ts, String(level).toUpperCase(), msg ?? ''];
  if (Object.keys(rest).length > 0) parts.push(JSON.stringify(rest));
  const stack = cause === undefined ? '' : `${typeof cause === 'string' ? cause : JSON.stringify(cause)}\n`;
  return `${parts.join('\t')}\n${stack}`;
}
