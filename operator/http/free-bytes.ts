/**
 * Memory given back at once. Left to the garbage collector, which hardly sees what lies outside its heap, a burst of
 * large bodies is there several times over.
 */

/** The bytes are gone, and their Buffer is empty; where they share their memory with others, nothing happens. */
export function freeBytes(bytes: Buffer): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && !buffer.detached && buffer.byteLength === bytes.length) buffer.transfer(0);
}

/** The same for what a parser has just handed over and may still look at. */
export function freeBytesSoon(bytes: Buffer): void {
  process.nextTick(freeBytes, bytes);
}
