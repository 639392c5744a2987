import { foldName } from './fold-name.ts';
import { isJsonObject } from './is-json-object.ts';

/**
 * The field of a JSON value as Go's encoding/json reads it into a struct: its name in any case, of several the last that
 * is not null.
 *
 * @param name folded, see {@link foldName}.
 * @returns undefined where there is none, or the value is no object.
 */
export function fieldOf(value: unknown, name: string): unknown {
  if (!isJsonObject(value)) return undefined;
  const key = Object.keys(value).findLast((candidate) => value[candidate] !== null && foldName(candidate) === name);
  return key === undefined ? undefined : value[key];
}
