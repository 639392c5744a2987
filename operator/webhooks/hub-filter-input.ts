import { RequestError } from '../api/errors.ts';
import { formPayload } from '../verify/form-payload.ts';
import { mediaType } from '../verify/media-type.ts';
import { filterObject } from './filter-object.ts';
import { jsonFilterInput } from './json-filter-input.ts';
import type { WebhookRequest } from './webhook-type.ts';

/**
 * `req` of a delivery that is JSON or a form: the JSON either way, and an empty object where the form has no `payload`.
 *
 * @throws RequestError FilterInputInvalid
 */
export function hubFilterInput(request: WebhookRequest): Readonly<Record<string, unknown>> {
  if (mediaType(request.headers['content-type']) !== 'application/x-www-form-urlencoded') {
    return jsonFilterInput(request);
  }
  let payload: Buffer | undefined;
  try {
    payload = formPayload(request.body);
  } catch (error) {
    throw new RequestError('FilterInputInvalid', 'the body is not a form', { cause: error });
  }
  return payload === undefined ? {} : filterObject(payload);
}
