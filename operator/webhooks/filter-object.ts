import { RequestError } from '../api/errors.ts';
import { isJsonObject } from '../verify/is-json-object.ts';
import { parseJson } from '../verify/parse-json.ts';

/**
 * The JSON object in these bytes, for filters to see.
 *
 * @throws RequestError FilterInputInvalid when there is none.
 */
export function filterObject(bytes: Buffer): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseJson(bytes);
  } catch (error) {
    throw new RequestError('FilterInputInvalid', 'a filter needs a JSON body', { cause: error });
  }
  if (!isJsonObject(value)) throw new RequestError('FilterInputInvalid', 'a filter needs a JSON object as the body');
  return value;
}
