const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Where the quote is that ends a string of JSON, of which the first byte is at `from`; past the end when there is none. */
export function endOfJsonString(body: Buffer, from: number): number {
  let index = from;
  for (let byte = body[index]; byte !== undefined && byte !== QUOTE; byte = body[index]) {
    index += byte === BACKSLASH ? 2 : 1;
  }
  return index;
}
