/**
 * Whether an object is in every field as it should be, whatever it has besides: defaults, a status, what others wrote.
 * Lists must be as long as they should be, and a selector must select nothing more or less. Pure.
 */
import { isDeepStrictEqual } from 'node:util';

export function covers(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(actual) || actual.length !== wanted.length) return false;
    return wanted.every((item, index) => covers(actual[index], item));
  }
  if (typeof wanted !== 'object' || wanted === null) return actual === wanted;
  if (typeof actual !== 'object' || actual === null) return false;
  return Object.entries(wanted).every(([name, value]) => {
    const there = (actual as Record<string, unknown>)[name];
    return name === 'selector' ? isDeepStrictEqual(there, value) : covers(there, value);
  });
}
