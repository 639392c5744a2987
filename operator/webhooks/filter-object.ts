import { RequestError } from '../api/errors.ts';
import { isJsonObject } from '../verify/is-json-object.ts';
import { numbersFit } from '../verify/numbers-fit.ts';
import { takeFirstJson } from '../verify/parse-json.ts';

/**
 * The JSON object with which these bytes begin, for filters to see; null is an empty one.
 *
 * @throws RequestError FilterInputInvalid when there is none, or a number in it is beyond a double.
 */
export function filterObject(bytes: Buffer): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = takeFirstJson(bytes);
  } catch (error) {
    throw new RequestError('FilterInputInvalid', 'a filter needs a JSON body', { cause: error });
  }
  if (value === null) return {};
  if (!isJsonObject(value)) throw new RequestError('FilterInputInvalid', 'a filter needs a JSON object as the body');
  if (!numbersFit(value)) throw new RequestError('FilterInputInvalid', 'the body has a number that is too large');
  return value;
}
