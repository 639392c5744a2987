/** What compiling and running a CEL expression can throw; nothing else leaves this folder. */

/** The expression is refused: syntax, an unknown name, types, or its size. One line, with the position. */
export class CelCompileError extends Error {
  readonly code = 'InvalidCELExpression';
  override readonly name = 'CelCompileError';
}

/** The expression failed on these values or left its bounds; the message never holds a value of the request. */
export class CelRuntimeError extends Error {
  readonly code = 'FilterFailed';
  override readonly name = 'CelRuntimeError';
}
