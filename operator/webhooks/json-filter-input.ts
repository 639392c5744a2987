import { mediaType } from '../verify/media-type.ts';
import { filterObject } from './filter-object.ts';
import type { WebhookRequest } from './webhook-type.ts';

/**
 * `req` of every type that says nothing else: the body where the content type is JSON (as one of several, where a
 * proxy joined them), else an empty object.
 *
 * @throws RequestError FilterInputInvalid when the body is empty, not JSON, or not an object.
 */
export function jsonFilterInput(request: WebhookRequest): Readonly<Record<string, unknown>> {
  const contentTypes = request.headers['content-type']?.split(',') ?? [];
  if (!contentTypes.some((one) => mediaType(one) === 'application/json')) return {};
  return filterObject(request.body);
}
