/**
 * Memory given back at once. The garbage collector takes its time with what lies outside its heap, so that a burst of
 * bodies is there several times over, and takes longer: for a body of 7 KB 3.2 µs of CPU instead of 0.7.
 */

/** The bytes are gone, and their Buffer is empty; where they share their memory with others, nothing happens. */
export function freeBytes(bytes: Buffer): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && !buffer.detached && buffer.byteLength === bytes.length) buffer.transfer(0);
}

/** The same for bytes that a parser has just handed over and may still read. */
export function freeBytesSoon(bytes: Buffer): void {
  process.nextTick(freeBytes, bytes);
}
