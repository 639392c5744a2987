/** Lines of a byte stream, as text without their ends. */
const NEWLINE = 0x0a;

/**
 * @param maxBytes of one line.
 * @throws Error when a line is longer; what the stream throws. A last line without its end is not a line.
 */
export async function* lines(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    let start = 0;
    let end = chunk.indexOf(NEWLINE);
    while (end !== -1) {
      const rest = chunk.subarray(start, end);
      const line = parts.length === 0 ? rest : Buffer.concat([...parts, rest]);
      parts = [];
      held = 0;
      if (line.length > 0) yield Buffer.from(line.buffer, line.byteOffset, line.length).toString('utf8');
      start = end + 1;
      end = chunk.indexOf(NEWLINE, start);
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    held += chunk.length - start;
    if (held > maxBytes) throw new Error(`a line is longer than ${maxBytes} bytes`);
  }
}
