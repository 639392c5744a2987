/**
 * Whether JSON fits a shape, by the rules of Go's encoding/json for a struct: a field may be absent or null, names match
 * without regard to case, and what the shape does not name is ignored.
 */
import { RequestError } from '../api/errors.ts';
import { foldName } from './fold-name.ts';
import { isJsonObject } from './is-json-object.ts';

/** A string, a list of one shape, or an object with some of these fields, whose names are folded (see `foldName`). */
export type Shape = 'string' | readonly [Shape] | ObjectShape;

interface ObjectShape {
  readonly [field: string]: Shape;
}

/** @throws RequestError PayloadInvalid, with a message that names the field. */
export function checkShape(value: unknown, shape: Shape, path = 'body'): void {
  if (value === null) return;
  if (shape === 'string') {
    if (typeof value !== 'string') throw new RequestError('PayloadInvalid', `${path} is not a string`);
  } else if (isList(shape)) checkList(value, shape[0], path);
  else checkObject(value, shape, path);
}

function checkList(value: unknown, shape: Shape, path: string): void {
  if (!Array.isArray(value)) throw new RequestError('PayloadInvalid', `${path} is not a list`);
  for (const [index, item] of value.entries()) checkShape(item, shape, `${path}[${index}]`);
}

function checkObject(value: unknown, shape: ObjectShape, path: string): void {
  if (!isJsonObject(value)) throw new RequestError('PayloadInvalid', `${path} is not an object`);
  for (const [key, item] of Object.entries(value)) {
    const field = foldName(key);
    const fieldShape = Object.hasOwn(shape, field) ? shape[field] : undefined;
    if (fieldShape !== undefined) checkShape(item, fieldShape, `${path}.${field}`);
  }
}

function isList(shape: Exclude<Shape, string>): shape is readonly [Shape] {
  return Array.isArray(shape);
}
