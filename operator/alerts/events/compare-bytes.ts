/** Orders texts by their UTF-8 bytes, as Go sorts strings; JavaScript's own order differs beyond the 16-bit characters. */
export function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
