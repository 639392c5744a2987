/**
 * Whether every number in a JSON value fits a double: JSON.parse makes Infinity of `1e400`, where Go's decoder fails. The
 * value may be nested as deeply as it likes.
 */
export function numbersFit(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  const open: object[] = [];
  if (isNested(value)) open.push(value);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const item of Array.isArray(next) ? next : Object.values(next)) {
      if (typeof item === 'number') {
        if (!Number.isFinite(item)) return false;
      } else if (isNested(item)) open.push(item);
    }
  }
  return true;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
