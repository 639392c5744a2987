/**
 * Whether every number in a JSON value fits a double: JSON.parse makes Infinity of `1e400`, where Go's decoder fails. The
 * value may be nested as deeply as it likes.
 */
export function numbersFit(value: unknown): boolean {
  const open: object[] = [];
  if (!takeAll([value], open)) return false;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!takeAll(Array.isArray(next) ? next : Object.values(next), open)) return false;
  }
  return true;
}

/** Adds what is nested to `open`. @returns whether the numbers beside it fit. */
function takeAll(items: readonly unknown[], open: object[]): boolean {
  for (const item of items) {
    if (typeof item === 'number') {
      if (!Number.isFinite(item)) return false;
    } else if (typeof item === 'object' && item !== null) open.push(item);
  }
  return true;
}
