import { RequestError } from '../api/errors.ts';

/**
 * The value of a header that proves something, so that it must not be there twice: which of two is meant is not ours to
 * guess. Read from the raw list, because node:http joins some duplicates and drops others.
 *
 * @param name lower-case.
 * @returns undefined where the header is absent or empty.
 * @throws RequestError SignatureAmbiguous
 */
export function singleHeader(head: { readonly rawHeaders: readonly string[] }, name: string): string | undefined {
  const { rawHeaders } = head;
  let found: string | undefined;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== name) continue;
    if (found !== undefined) throw new RequestError('SignatureAmbiguous', `header ${name} is there more than once`);
    found = rawHeaders[index + 1];
  }
  return found === '' ? undefined : found;
}
