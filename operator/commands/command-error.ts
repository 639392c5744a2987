/** What a user got wrong; the message is one line that says what and where. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
