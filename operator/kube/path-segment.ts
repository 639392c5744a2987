/** A name that cannot be put into a URL without naming another object. Nothing was sent. */
export class InvalidNameError extends Error {
  readonly code = 'InvalidName';

  constructor(message: string) {
    super(message);
    this.name = 'InvalidNameError';
  }
}

/**
 * What keeps a name or namespace from being one segment of a path, as client-go's IsValidPathSegmentName has it; the API
 * server decodes `%2F`, so encoding does not help.
 * @returns words that follow the field's name; undefined: nothing.
 */
export function pathSegmentFault(text: string): string | undefined {
  if (text === '') return 'must not be empty';
  if (text === '.' || text === '..') return `must not be '${text}'`;
  const found = /[/%]/.exec(text);
  return found === null ? undefined : `must not contain '${found[0]}'`;
}

/** @param field the name of `text` for people. @throws InvalidNameError */
export function pathSegment(field: string, text: string): string {
  const fault = pathSegmentFault(text);
  if (fault !== undefined) throw new InvalidNameError(`${field} ${JSON.stringify(text)} ${fault}`);
  return encodeURIComponent(text);
}
