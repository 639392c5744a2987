// Writes a value of CEL as test/support/cel-go/value.go does, so that answers can be compared.

import {
  CelDuration,
  CelMap,
  CelOptional,
  CelTimestamp,
  CelType,
  CelUint,
  isMap,
  mapGet,
  mapKeys,
} from '../../cel/evaluate/values.ts';
import { decimalOf } from '../../cel/library/number-text.ts';
import { showTimestamp } from '../../cel/library/times.ts';

const plainNumber = (text: string): unknown => JSON.parse(text);

/** The name that Go prints for a key. */
function keyName(key: unknown): string {
  if (key === null) return 'NULL_VALUE';
  return String(key instanceof CelUint ? key.value : key);
}

/** Go's `1h2m3.5s`, `1.5ms`. */
function goDuration(nanos: bigint): string {
  if (nanos < 0n) return `-${goDuration(-nanos)}`;
  if (nanos === 0n) return '0s';
  if (nanos < 1_000n) return `${nanos}ns`;
  if (nanos < 1_000_000n) return `${Number(nanos) / 1e3}µs`;
  if (nanos < 1_000_000_000n) return `${Number(nanos) / 1e6}ms`;
  const [minutes, rest] = [nanos / 60_000_000_000n, nanos % 60_000_000_000n];
  const fraction = decimalOf(Number(rest % 1_000_000_000n) / 1e9).slice(1);
  const seconds = `${rest / 1_000_000_000n}${fraction}s`;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

const goNumber = (value: number): string => (Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf');

/** JSON; what JSON has no word for becomes a string with its type in front. */
export function showCel(value: unknown): unknown {
  if (typeof value === 'bigint') return plainNumber(value.toString());
  if (typeof value === 'number' && !Number.isFinite(value)) return `double:${goNumber(value)}`;
  if (value instanceof CelUint) return plainNumber(value.value.toString());
  if (value instanceof Uint8Array) return `bytes:${Buffer.from(value).toString('base64')}`;
  if (value instanceof CelDuration) return `duration:${goDuration(value.nanos)}`;
  if (value instanceof CelTimestamp) return `timestamp:${showTimestamp(value, 0)}`;
  if (value instanceof CelType) return `type:${value.name}`;
  if (value instanceof CelOptional) {
    return value.value === undefined ? 'optional.none' : { optional: showCel(value.value) };
  }
  if (Array.isArray(value)) return value.map(showCel);
  if (value instanceof CelMap || isMap(value)) {
    const entries = mapKeys(value).map((key) => [keyName(key), showCel(mapGet(value, key))] as const);
    return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
  return value;
}
