/** A message that can never be read, however often it comes. */
export type PoisonCode = 'EncodingBroken' | 'TooLarge' | 'TooDeep';

export class PoisonError extends Error {
  readonly code: PoisonCode;

  /** @param message what is wrong, in one line, without a byte of the content. */
  constructor(code: PoisonCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PoisonError';
    this.code = code;
  }
}
