const AMPERSAND = 0x26;
const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;
const PAYLOAD = 'payload=';

/**
 * The beginning of the `payload` of an `application/x-www-form-urlencoded` body, decoded: for who needs no more than what
 * stands first in it.
 * @param length how many bytes of the body are read.
 * @returns undefined where the body does not begin with that parameter.
 */
export function formStart(body: Buffer, length: number): Buffer | undefined {
  if (body.toString('latin1', 0, PAYLOAD.length) !== PAYLOAD) return undefined;
  const end = Math.min(body.length, PAYLOAD.length + length);
  const decoded = Buffer.allocUnsafe(end - PAYLOAD.length);
  let written = 0;
  for (let index = PAYLOAD.length; index < end; index++) {
    let byte = body[index];
    if (byte === undefined || byte === AMPERSAND) break;
    if (byte === PERCENT) {
      if (index + 2 >= end) break;
      byte = (digit(body[index + 1]) << 4) | digit(body[index + 2]);
      index += 2;
    } else if (byte === PLUS) byte = SPACE;
    decoded[written] = byte;
    written += 1;
  }
  return decoded.subarray(0, written);
}

/** Of `0`–`9`, `A`–`F`, `a`–`f`; of anything else something, as what is verified has nothing else. */
function digit(code = 0): number {
  return (code & 0xf) + (code > 0x39 ? 9 : 0);
}
