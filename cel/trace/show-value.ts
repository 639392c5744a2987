/** Shows a value of CEL to people, cut to 256 characters however large it is. */

import {
  CelDuration,
  CelOptional,
  CelTimestamp,
  CelType,
  CelUint,
  isMap,
  mapGet,
  mapKeys,
} from '../evaluate/values.ts';
import { showDuration, showTimestamp } from '../library/times.ts';

const MAX_LENGTH = 256;

/** A bool, a number, a string or null is itself; anything else is its text, a list or map as JSON. */
export function showValue(value: unknown): string | number | boolean | null {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof CelUint) return showValue(value.value);
  if (typeof value === 'string') return cut(value);
  const text = new Writer();
  text.write(value);
  return cut(text.text);
}

function cut(text: string): string {
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH - 1)}…`;
}

/** Writes JSON until there is enough of it. */
class Writer {
  text = '';

  write(value: unknown): void {
    if (this.#isFull()) return;
    if (Array.isArray(value)) this.#each('[', value, (element) => this.write(element), ']');
    else if (isMap(value)) this.#each('{', mapKeys(value), (key) => this.#entry(value, key), '}');
    else this.text += scalarText(value);
  }

  #isFull(): boolean {
    return this.text.length > MAX_LENGTH;
  }

  #entry(map: Parameters<typeof mapGet>[0], key: unknown): void {
    this.text += `${scalarText(String(key instanceof CelUint ? key.value : key))}:`;
    this.write(mapGet(map, key));
  }

  #each(open: string, items: readonly unknown[], write: (item: unknown) => void, close: string): void {
    this.text += open;
    for (const [i, item] of items.entries()) {
      if (this.#isFull()) return;
      if (i > 0) this.text += ',';
      write(item);
    }
    this.text += close;
  }
}

function scalarText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cut(value));
  if (value instanceof CelUint) return value.value.toString();
  if (value instanceof CelTimestamp) return showTimestamp(value);
  if (value instanceof CelDuration) return showDuration(value);
  if (value instanceof CelType) return value.name;
  if (value instanceof Uint8Array) return `b'${Buffer.from(value.subarray(0, MAX_LENGTH)).toString('base64')}'`;
  if (!(value instanceof CelOptional)) return String(value);
  return value.value === undefined ? 'optional.none()' : `optional.of(${JSON.stringify(showValue(value.value))})`;
}
