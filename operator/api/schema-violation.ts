/**
 * Checks a value against a schema of ours, for objects that an API server without validation let in. It knows exactly
 * the keywords of JsonSchema, and reads them as the API server does: null is absent, an unknown field is no fault.
 */
import type { JsonSchema } from './json-schema.ts';

/**
 * The first fault, in words that say what to change; undefined: the value is valid.
 * @param path of the value, as a user writes it: `spec.resources[0]`.
 */
export function schemaViolation(schema: JsonSchema, value: unknown, path: string): string | undefined {
  switch (schema.type) {
    case 'object':
      return isRecord(value) ? objectViolation(schema, value, path) : `${path} must be an object`;
    case 'array':
      return Array.isArray(value) ? arrayViolation(schema, value, path) : `${path} must be a list`;
    case 'string':
      return typeof value === 'string' ? stringViolation(schema, value, path) : `${path} must be a string`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `${path} must be true or false`;
    case 'integer':
      return integerViolation(schema, value, path);
  }
}

function objectViolation(schema: JsonSchema, value: Record<string, unknown>, path: string): string | undefined {
  const missing = schema.required?.find((name) => isAbsent(value[name]));
  if (missing !== undefined) return `${path}.${missing} is required`;
  for (const [name, field] of Object.entries(value)) {
    if (isAbsent(field)) continue;
    const known = schema.properties !== undefined && Object.hasOwn(schema.properties, name);
    const fieldSchema = known ? schema.properties[name] : schema.additionalProperties;
    const violation = fieldSchema && schemaViolation(fieldSchema, field, `${path}.${name}`);
    if (violation !== undefined) return violation;
  }
  return undefined;
}

function arrayViolation(schema: JsonSchema, value: readonly unknown[], path: string): string | undefined {
  const { items, minItems = 0, maxItems = Number.POSITIVE_INFINITY, 'x-kubernetes-list-map-keys': keys } = schema;
  if (value.length < minItems) return `${path} must have at least ${minItems} ${minItems === 1 ? 'entry' : 'entries'}`;
  if (value.length > maxItems) return `${path} must have at most ${maxItems} entries`;
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    const violation = items && schemaViolation(items, item, `${path}[${index}]`);
    if (violation !== undefined) return violation;
    if (keys === undefined || !isRecord(item)) continue;
    const key = JSON.stringify(keys.map((name) => item[name]));
    if (seen.has(key)) return `${path}[${index}] repeats ${keys.map((name) => `${name} ${item[name]}`).join(', ')}`;
    seen.add(key);
  }
  return undefined;
}

function integerViolation(schema: JsonSchema, value: unknown, path: string): string | undefined {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
  if (typeof value !== 'number' || !Number.isInteger(value)) return `${path} must be a whole number`;
  if (value < minimum) return `${path} must be ${minimum} at least`;
  return value > maximum ? `${path} must be ${maximum} at most` : undefined;
}

function stringViolation(schema: JsonSchema, value: string, path: string): string | undefined {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema;
  if (schema.enum?.includes(value) === false) return `${path} must be one of ${schema.enum.join(', ')}; it is ${value}`;
  if (value.length < minLength) return `${path} must not be empty`;
  // Only a string of more UTF-16 units than the limit can have more characters than it.
  if (value.length > maxLength && [...value].length > maxLength) {
    return `${path} must have at most ${maxLength} characters`;
  }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    return `${path} must match ${schema.pattern}; it is ${value}`;
  }
  return undefined;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
