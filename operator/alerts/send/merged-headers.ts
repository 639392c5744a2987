/** Puts the headers of a request together from a type's own and a Secret's, as Go's net/http sends them. */

/** Go's client writes these by itself, whatever it is told. */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  'Content-Length',
  'Expect',
  'Host',
  'Trailer',
  'Transfer-Encoding',
]);
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
const BEYOND_ASCII = /[^\0-\x7f]/;

/** The later ones replace the earlier: names of headers have no case. */
export function mergedHeaders(
  ...sources: readonly Iterable<readonly [string, string]>[]
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const source of sources) {
    for (const [name, value] of source) {
      const canonical = canonicalName(name);
      if (!OF_CONNECTION.has(canonical)) headers[canonical] = asBytes(value);
    }
  }
  return headers;
}

/** `content-type` is sent as `Content-Type`. */
function canonicalName(name: string): string {
  if (!TOKEN.test(name)) return name;
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}

/** A character is written as one byte, so those of UTF-8 are characters each. */
function asBytes(value: string): string {
  return BEYOND_ASCII.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;
}
