// The few DER encodings (ITU-T X.690) that an X.509 certificate is made of.

/** Encodes one DER value: tag, length, then the parts joined. */
export function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body]);
}

/** SEQUENCE of already encoded values. */
export const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);

/** SET of already encoded values. */
export const set = (...parts: readonly Buffer[]): Buffer => der(0x31, ...parts);

/** OCTET STRING. */
export const octets = (content: Buffer): Buffer => der(0x04, content);

/** BIT STRING whose last byte has `unusedBits` bits to spare. */
export const bits = (content: Buffer, unusedBits = 0): Buffer => der(0x03, Buffer.from([unusedBits]), content);

/** BOOLEAN TRUE. */
export const yes = (): Buffer => der(0x01, Buffer.from([0xff]));

/** UTF8String. */
export const text = (value: string): Buffer => der(0x0c, Buffer.from(value, 'utf8'));

/** Non-negative INTEGER from big-endian bytes. */
export function integer(magnitude: Buffer): Buffer {
  const signBitSet = ((magnitude[0] ?? 0) & 0x80) !== 0;
  return der(0x02, signBitSet ? Buffer.concat([Buffer.from([0]), magnitude]) : magnitude);
}

/** GeneralizedTime with seconds, in UTC. */
export function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return der(0x18, Buffer.from(`${digits}Z`, 'ascii'));
}

/** OBJECT IDENTIFIER from its dotted form, for example `2.5.4.3`. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) {
    digits.unshift((left & 0x7f) | 0x80);
  }
  return digits;
}

function lengthOf(size: number): Buffer {
  if (size < 0x80) {
    return Buffer.from([size]);
  }
  const digits: number[] = [];
  for (let left = size; left > 0; left >>>= 8) {
    digits.unshift(left & 0xff);
  }
  return Buffer.from([0x80 | digits.length, ...digits]);
}
