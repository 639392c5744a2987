/** Strings by code points, as CEL counts them; JavaScript counts UTF-16 units. */

const SURROGATE = /[\ud800-\udfff]/;

/** How many code points. */
export function pointCount(text: string): number {
  if (!SURROGATE.test(text)) return text.length;
  let count = text.length;
  for (let i = 1; i < text.length; i += 1) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) count -= 1;
  }
  return count;
}

/** The UTF-16 index of a code point; -1 when there are not so many (as many as there are is the end). */
export function unitIndex(text: string, point: number): number {
  if (point < 0 || point > text.length) return -1;
  if (!SURROGATE.test(text)) return point;
  let [unit, left] = [0, point];
  while (left > 0 && unit < text.length) {
    unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
    left -= 1;
  }
  return left === 0 ? unit : -1;
}

/** The code point's number that begins at a UTF-16 index. */
export function pointIndex(text: string, unit: number): number {
  return SURROGATE.test(text) ? pointCount(text.slice(0, unit)) : unit;
}
