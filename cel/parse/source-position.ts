/** Says where in an expression something is, for messages. */
import { CelCompileError } from '../errors.ts';

/** `line:column`, both from 1, in code points. */
export function positionIn(expression: string, at: number): string {
  const before = expression.slice(0, at).split('\n');
  return `${before.length}:${[...(before.at(-1) ?? '')].length + 1}`;
}

/** The error for a cause at a place; the message is one line. */
export function compileError(expression: string, at: number, cause: string): CelCompileError {
  return new CelCompileError(`${positionIn(expression, at)}: ${cause.replaceAll(/\s+/g, ' ')}`);
}
