import { isJsonObject } from '../../verify/is-json-object.ts';
import { DeliveryError } from '../delivery-error.ts';

/** The text in a field of an answer that must have it. @throws DeliveryError passing */
export function textField(answer: unknown, field: string, what: string): string {
  const value = fieldOf(answer, field);
  if (typeof value === 'string' && value !== '') return value;
  throw new DeliveryError('passing', `failed to read ${what}: the answer lacks ${field}`);
}

export function fieldOf(value: unknown, field: string): unknown {
  return isJsonObject(value) ? value[field] : undefined;
}
