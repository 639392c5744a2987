/**
 * Whether every number in a JSON value fits a double: JSON.parse makes Infinity of `1e400`, where Go's decoder fails. The
 * value may be nested as deeply as it likes.
 */
export function numbersFit(value: unknown): boolean {
  const open: object[] = [];
  if (!takeAll([value], open)) return false;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!(Array.isArray(next) ? takeAll(next, open) : takeFields(next as Fields, open))) return false;
  }
  return true;
}

interface Fields {
  readonly [field: string]: unknown;
}

/** As `takeAll`; without a list of the values it takes a third of the time. */
function takeFields(fields: Fields, open: object[]): boolean {
  for (const name in fields) {
    const item = fields[name];
    if (typeof item === 'number') {
      if (!Number.isFinite(item)) return false;
    } else if (typeof item === 'object' && item !== null) open.push(item);
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
