/** UTF-16 orders these before the characters from U+E000 on, UTF-8 after them. */
const SURROGATE = /[\ud800-\udfff]/;

/** Orders texts by their UTF-8 bytes, as Go sorts strings. */
export function compareBytes(one: string, other: string): number {
  if (SURROGATE.test(one) || SURROGATE.test(other)) return Buffer.compare(Buffer.from(one), Buffer.from(other));
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
