/** From what differs to all values: checked, and laid over the defaults of values.yaml. */
import { join } from 'node:path';
import { checkTogether } from './check-together.ts';
import { readValues } from './read-values.ts';
import { validateValues } from './validate-values.ts';
import type { SluiceProps, SluiceValues } from './values.ts';

/** @throws ValuesError */
export function resolveValues(props: unknown): SluiceValues {
  const values = merged(defaults(), validateValues(props)) as SluiceValues;
  checkTogether(values);
  return values;
}

let cached: SluiceProps | undefined;

function defaults(): SluiceProps {
  cached ??= validateValues(readValues(join(import.meta.dirname, 'values.yaml')));
  return cached;
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
