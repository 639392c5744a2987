/**
 * Whether every number in a JSON value fits a double: JSON.parse makes Infinity of `1e400`, where Go's decoder fails.
 *
 * @param value nested no deeper than `parseJson` lets it be.
 */
export function numbersFit(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(numbersFit);
  for (const key of Object.keys(value)) {
    if (!numbersFit((value as Record<string, unknown>)[key])) return false;
  }
  return true;
}
