/**
 * The values of CEL at run time. bool, string and null are JavaScript's own; an int is a bigint, a double a number,
 * bytes a Uint8Array, a list an array, and a map a JSON object or, from a literal, a CelMap.
 */

/** An unsigned 64-bit integer. */
export class CelUint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** A point in time, in nanoseconds since 1970, UTC; the offset is how it was written, and is so written again. */
export class CelTimestamp {
  readonly nanos: bigint;
  readonly offsetSeconds: number;
  constructor(nanos: bigint, offsetSeconds = 0) {
    this.nanos = nanos;
    this.offsetSeconds = offsetSeconds;
  }
}

/** A span of time in nanoseconds. */
export class CelDuration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A type as a value: what `type(x)` gives. */
export class CelType {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A value that may be absent. */
export class CelOptional {
  static readonly NONE = new CelOptional(undefined);
  /** undefined: none. */
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

/** A map literal's value. An int and a uint are different keys; a number that is none of the keys finds an equal one. */
export class CelMap {
  readonly #entries = new Map<unknown, { readonly key: unknown; readonly value: unknown }>();

  set(key: unknown, value: unknown): void {
    this.#entries.set(canonicalKey(key), { key, value });
  }

  get(key: unknown): unknown {
    const entries = this.#entries;
    const exact = entries.get(canonicalKey(key));
    if (exact !== undefined) return exact.value;
    const whole = wholeOf(key);
    return whole === undefined ? undefined : (entries.get(whole) ?? entries.get(UINT_KEYS + whole))?.value;
  }

  get size(): number {
    return this.#entries.size;
  }

  keys(): unknown[] {
    return Array.from(this.#entries.values(), ({ key }) => key);
  }
}

/** Beyond every int, so that uints have keys of their own. */
const UINT_KEYS = 1n << 64n;

function canonicalKey(key: unknown): unknown {
  return key instanceof CelUint ? UINT_KEYS + key.value : key;
}

function wholeOf(key: unknown): bigint | undefined {
  if (typeof key === 'number') return Number.isInteger(key) ? BigInt(key) : undefined;
  return key instanceof CelUint ? key.value : typeof key === 'bigint' ? key : undefined;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** An object of JSON, as far as it is not one of the classes here. */
export function isJsonObject(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A map of either form. */
export function isMap(value: unknown): value is JsonObject | CelMap {
  return value instanceof CelMap || isJsonObject(value);
}

/** The value at the key, or undefined; what an object inherits is not in the map. */
export function mapGet(map: JsonObject | CelMap, key: unknown): unknown {
  if (map instanceof CelMap) return map.get(key);
  return typeof key === 'string' && Object.hasOwn(map, key) ? map[key] : undefined;
}

export function mapKeys(map: JsonObject | CelMap): unknown[] {
  return map instanceof CelMap ? map.keys() : Object.keys(map);
}

export function mapSize(map: JsonObject | CelMap): number {
  return map instanceof CelMap ? map.size : Object.keys(map).length;
}

/** Steps for each key of a map that is counted or walked: the keys of a JSON object are made anew each time. */
export const KEY_COST = 16;

export type ValueKind =
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'null'
  | 'list'
  | 'map'
  | 'type'
  | 'optional'
  | 'timestamp'
  | 'duration';

const PRIMITIVES: Readonly<Record<string, ValueKind>> = {
  string: 'string',
  number: 'double',
  boolean: 'bool',
  bigint: 'int',
};
const CLASSES: readonly [new (...args: never[]) => object, ValueKind][] = [
  [Uint8Array, 'bytes'],
  [CelMap, 'map'],
  [CelOptional, 'optional'],
  [CelUint, 'uint'],
  [CelTimestamp, 'timestamp'],
  [CelDuration, 'duration'],
  [CelType, 'type'],
];

/** The kind of a value; undefined for what is no value of CEL. */
export function kindOf(value: unknown): ValueKind | undefined {
  if (typeof value !== 'object') return PRIMITIVES[typeof value];
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (isJsonObject(value)) return 'map';
  return CLASSES.find(([type]) => value instanceof type)?.[1];
}
