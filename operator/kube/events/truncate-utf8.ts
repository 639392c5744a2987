/**
 * Cuts text to a number of bytes, where an API counts bytes and not characters.
 */

/** `text`, or as much of its beginning as fits in `maxBytes` of UTF-8 together with an ellipsis; whole characters only. */
export function truncateUtf8(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes - Buffer.byteLength('…');
  // 0b10xxxxxx continues a character that began before.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${bytes.toString('utf8', 0, Math.max(0, end))}…`;
}
