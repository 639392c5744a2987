/**
 * Writes JSON as Go's encoding/json does: compact, the characters that HTML or JavaScript could mistake escaped, and what
 * is undefined left out. A Map is an object whose keys stay in the Map's order, whatever they are.
 */

export type GoJson =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly GoJson[]
  | ReadonlyMap<string, GoJson>
  | { readonly [key: string]: GoJson };

const ESCAPED = /[<>&\u2028\u2029]/g;

export function goJson(value: GoJson): string {
  if (value === undefined) return 'null';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'string') return goString(value);
  if (isArray(value)) return `[${value.map(goJson).join(',')}]`;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const fields = entries.filter(([, field]) => field !== undefined);
  return `{${fields.map(([key, field]) => `${goString(key)}:${goJson(field)}`).join(',')}}`;
}

function goString(text: string): string {
  return escapeAsGo(JSON.stringify(text));
}

/** @param json in which these characters stand in strings alone. */
export function escapeAsGo(json: string): string {
  return json.replace(ESCAPED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function isArray(value: GoJson): value is readonly GoJson[] {
  return Array.isArray(value);
}
