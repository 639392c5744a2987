/**
 * The first value of a header that may be there more than once, as Go's `Header.Get` gives it. Read from the raw list,
 * because node:http joins duplicates.
 *
 * @param name lower-case.
 * @returns undefined where the header is absent.
 */
export function firstHeader(head: { readonly rawHeaders: readonly string[] }, name: string): string | undefined {
  const { rawHeaders } = head;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index];
    if (candidate?.length === name.length && candidate.toLowerCase() === name) return rawHeaders[index + 1];
  }
  return undefined;
}
