import { jsonFilterInput } from './json-filter-input.ts';
import type { WebhookRequest, WebhookType } from './webhook-type.ts';

/** `req` of a request, for filters: as its type reads it, else the JSON body. @throws RequestError FilterInputInvalid */
export function filterInput(type: WebhookType, request: WebhookRequest): Readonly<Record<string, unknown>> {
  return type.filterInput?.(request) ?? jsonFilterInput(request);
}
