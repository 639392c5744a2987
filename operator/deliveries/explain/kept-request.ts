/** From a kept body to the request that it came with, as far as that is remembered: content type, event, the sender's id. */
import { RequestError } from '../../api/errors.ts';
import type { WebhookRequest, WebhookType } from '../../webhooks/webhook-type.ts';
import type { KeptBody } from '../records/record.ts';

export interface KeptDelivery {
  readonly body: Exclude<KeptBody, 'TooLarge'>;
  readonly event?: string | undefined;
  readonly providerId?: string | undefined;
}

/** @param type undefined: one that is not known. */
export function keptRequest(delivery: KeptDelivery, type: WebhookType | undefined): WebhookRequest {
  const { body, event } = delivery;
  const headers: Record<string, string> = {};
  if (body.contentType !== undefined) headers['content-type'] = body.contentType;
  if (type?.eventHeader !== undefined && event !== undefined) headers[type.eventHeader] = event;
  const request = requestOf(body.json, headers);
  if (type?.events === undefined || event === undefined || isReadable(type.events.read, request)) return request;
  return requestOf(body.json, { ...headers, ...binaryEvent(event, delivery.providerId) });
}

/** @param headers by their names in lower case. */
export function requestOf(body: Buffer, headers: Readonly<Record<string, string>>): WebhookRequest {
  return { method: 'POST', headers, rawHeaders: Object.entries(headers).flat(), body };
}

function isReadable(read: (request: WebhookRequest) => unknown, request: WebhookRequest): boolean {
  try {
    read(request);
    return true;
  } catch (error) {
    if (error instanceof RequestError) return false;
    throw error;
  }
}

/** A CloudEvent in binary mode has its attributes in headers, of which type and id alone are remembered. */
function binaryEvent(type: string, id = 'unknown'): Readonly<Record<string, string>> {
  return { 'ce-specversion': '1.0', 'ce-type': type, 'ce-id': id, 'ce-source': 'unknown' };
}
