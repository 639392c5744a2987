/** Lines of a byte stream, as text without their ends. */
const NEWLINE = 0x0a;

/**
 * Empty lines are left out, and so is a last one without its end: it was cut.
 * @param maxBytes of one line, its end not counted.
 * @throws Error when a line is longer; what the stream throws.
 */
export async function* lines(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    let start = 0;
    let end = chunk.indexOf(NEWLINE);
    while (end !== -1) {
      const rest = chunk.subarray(start, end);
      if (held + rest.length > maxBytes) throw tooLong(maxBytes);
      const line = joined(parts, rest);
      parts = [];
      held = 0;
      if (line.length > 0) yield Buffer.from(line.buffer, line.byteOffset, line.length).toString('utf8');
      start = end + 1;
      end = chunk.indexOf(NEWLINE, start);
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    held += chunk.length - start;
    if (held > maxBytes) throw tooLong(maxBytes);
  }
}

function joined(parts: readonly Uint8Array[], rest: Uint8Array): Uint8Array {
  return parts.length === 0 ? rest : Buffer.concat([...parts, rest]);
}

function tooLong(maxBytes: number): Error {
  return new Error(`a line is longer than ${maxBytes} bytes`);
}
