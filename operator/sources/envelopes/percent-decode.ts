/** One character of UTF-8 (RFC 3629, 4), as far as its first byte says how many there are. */
const CHARACTERS =
  /%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-7](?:%[89ab][\da-f]){3}/gi;

/** Decodes percent-encoded UTF-8 (RFC 3986, 2.1); an escape that is broken, or no UTF-8, stays as it is. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(CHARACTERS, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}
