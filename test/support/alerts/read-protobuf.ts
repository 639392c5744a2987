/** Reads protobuf by a table of fields, without the library that wrote it (protobuf.dev, *Encoding*). */

export type FieldType = 'string' | 'base64' | 'fixed64' | 'fixed32' | 'varint' | MessageType;
export interface MessageType {
  /** By their numbers; a name that ends in `[]` is a list. */
  readonly [number: number]: readonly [name: string, type: FieldType];
}

interface Reader {
  readonly bytes: Buffer;
  at: number;
}

const [VARINT, FIXED_64, LENGTH, FIXED_32] = [0, 1, 2, 5];

/** @throws Error for a field that the table does not have. */
export function readProtobuf(bytes: Buffer, message: MessageType): Record<string, unknown> {
  const reader: Reader = { bytes, at: 0 };
  const fields: Record<string, unknown> = {};
  while (reader.at < bytes.length) {
    const tag = varint(reader);
    const known = message[tag >>> 3];
    if (known === undefined) throw new Error(`field ${tag >>> 3} is not in the table`);
    const [name, type] = known;
    const value = decoded(wireValue(reader, tag & 7), type);
    if (name.endsWith('[]')) fields[name.slice(0, -2)] = [...((fields[name.slice(0, -2)] as unknown[]) ?? []), value];
    else fields[name] = value;
  }
  return fields;
}

function wireValue(reader: Reader, wire: number): Buffer | number {
  if (wire === VARINT) return varint(reader);
  if (wire === FIXED_64) return take(reader, 8);
  if (wire === FIXED_32) return take(reader, 4);
  if (wire === LENGTH) return take(reader, varint(reader));
  throw new Error(`wire type ${wire}`);
}

function decoded(value: Buffer | number, type: FieldType): unknown {
  if (typeof value === 'number') return value;
  if (type === 'string') return value.toString('utf8');
  if (type === 'base64') return value.toString('base64');
  if (type === 'fixed64') return value.readBigUInt64LE().toString();
  if (type === 'fixed32') return value.readUInt32LE();
  if (type === 'varint') throw new Error('a varint was expected');
  return readProtobuf(value, type);
}

function varint(reader: Reader): number {
  let [value, factor] = [0, 1];
  for (;;) {
    const byte = reader.bytes.readUInt8(reader.at++);
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
    factor *= 128;
  }
}

function take(reader: Reader, length: number): Buffer {
  const start = reader.at;
  reader.at += length;
  if (reader.at > reader.bytes.length) throw new Error('the message ends too early');
  return reader.bytes.subarray(start, reader.at);
}
