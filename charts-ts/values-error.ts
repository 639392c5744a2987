/** A value that cannot be followed; the message is one line with its path and what is expected. */
export class ValuesError extends Error {
  readonly code = 'values_invalid';
  override readonly name = 'ValuesError';
}
