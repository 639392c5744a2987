// Values of the CEL specification's tests, and whether one of ours is the same.
import {
  CelDuration,
  CelMap,
  CelTimestamp,
  CelType,
  CelUint,
  isMap,
  kindOf,
  mapGet,
  mapSize,
} from '../../cel/evaluate/values.ts';

/** A value below a key with its kind; numbers of 64 bits and times in nanoseconds are text. */
export type SpecValue = Readonly<Record<string, unknown>>;

const READERS: Readonly<Record<string, (value: never) => unknown>> = {
  null: () => null,
  bool: (value: boolean) => value,
  int: (value: string) => BigInt(value),
  uint: (value: string) => new CelUint(BigInt(value)),
  double: (value: string) => Number(value.replace('Inf', 'Infinity')),
  string: (value: string) => value,
  bytes: (value: string) => new Uint8Array(Buffer.from(value, 'base64')),
  type: (value: string) => new CelType(value),
  timestamp: (value: string) => new CelTimestamp(BigInt(value)),
  duration: (value: string) => new CelDuration(BigInt(value)),
  list: (value: readonly SpecValue[]) => value.map(readSpecValue),
  map: (value: readonly (readonly [SpecValue, SpecValue])[]) => {
    const map = new CelMap();
    for (const [key, entry] of value) map.set(readSpecValue(key), readSpecValue(entry));
    return map;
  },
};

/** Whether it has no protobuf message or enum in it. */
export function isPlain(value: unknown): boolean {
  return !/"object":/.test(JSON.stringify(value) ?? '');
}

/** The value as our CEL has it. @throws TypeError for a kind that it has not. */
export function readSpecValue(value: SpecValue): unknown {
  const [[kind, inner] = ['', undefined]] = Object.entries(value);
  const read = READERS[kind];
  if (read === undefined) throw new TypeError(`no value of kind ${kind}`);
  return read(inner as never);
}

/** Whether two of our values are the same, types included; NaN is NaN. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (kindOf(a) !== kindOf(b)) return false;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
  if (a instanceof CelMap && isMap(b)) {
    return a.size === mapSize(b) && a.keys().every((key) => sameValue(a.get(key), mapGet(b, key)));
  }
  if (a instanceof CelTimestamp && b instanceof CelTimestamp) return a.nanos === b.nanos;
  if (a instanceof CelDuration && b instanceof CelDuration) return a.nanos === b.nanos;
  if (a instanceof CelUint && b instanceof CelUint) return a.value === b.value;
  if (a instanceof CelType && b instanceof CelType) return a.name === b.name;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}
