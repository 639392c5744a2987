const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** Whether the bytes begin as a JSON object or list does: a look that costs nothing. */
export function mayBeJsonContainer(text: Buffer): boolean {
  let index = 0;
  while (text[index] === 0x20 || text[index] === 0x09 || text[index] === 0x0a || text[index] === 0x0d) index += 1;
  return text[index] === OPEN_BRACE || text[index] === OPEN_BRACKET;
}
