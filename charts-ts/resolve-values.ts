/** Checks what differs and lays it over the defaults. */
import { checkTogether } from './check-together.ts';
import { validateValues } from './validate-values.ts';
import { type Fields, isGroup } from './value.ts';
import { declaration, type SluiceValues } from './values.ts';

/** @throws ValuesError */
export function resolveValues(props: unknown): SluiceValues {
  const values = merged(defaults, validateValues(props)) as SluiceValues;
  checkTogether(values);
  return values;
}

/** The default of every value. */
export const defaults = defaultsOf(declaration);

function defaultsOf(fields: Fields): Readonly<Record<string, unknown>> {
  const entries = Object.entries(fields).map(([key, field]) => [
    key,
    isGroup(field) ? defaultsOf(field.fields) : field.default,
  ]);
  return Object.fromEntries(entries);
}

/** Maps are merged, all else is replaced; undefined counts as absent. */
function merged(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isMap(base) || !isMap(over)) return over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, merged(base[key], over[key])]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
