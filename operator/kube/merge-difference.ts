/**
 * The JSON merge patch (RFC 7396) that leads from one JSON value to another.
 */

/**
 * The smallest merge patch that turns `from` into `to`, or undefined when they are equal. Lists are replaced whole, keys
 * that `to` lacks become null. Properties of `to` that are undefined or null count as lacking, because a merge patch
 * cannot set a null; inside lists null stays what it is.
 */
export function mergeDifference(from: unknown, to: unknown): unknown {
  if (!isObject(to)) return isEqual(from, to) ? undefined : to;
  if (!isObject(from)) return withoutNothing(to);
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(from)) {
    if (isNothing(ownValue(to, key)) && !isNothing(from[key])) setOwn(patch, key, null);
  }
  for (const [key, value] of Object.entries(to)) {
    if (isNothing(value)) continue;
    const difference = mergeDifference(ownValue(from, key), value);
    if (difference !== undefined) setOwn(patch, key, difference);
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** Whether two JSON values are the same, whatever the order of their keys; an undefined property counts as lacking. */
function isEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => isEqual(ownValue(a, key), ownValue(b, key)));
}

function withoutNothing(value: Record<string, unknown>): Record<string, unknown> {
  const rest: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (!isNothing(inner)) setOwn(rest, key, isObject(inner) ? withoutNothing(inner) : inner);
  }
  return rest;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function ownValue(object: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** An assignment to `__proto__` would set the prototype and no property. */
function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}
