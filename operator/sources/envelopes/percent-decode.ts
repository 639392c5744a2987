const ESCAPES = /(?:%[\da-f]{2})+/gi;

/** Decodes percent-encoded UTF-8 (RFC 3986, 2.1); an escape that is broken, or no UTF-8, stays as it is. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(ESCAPES, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}
