/** From a kept body to the request that it came with, as far as filters see it. */
import type { ProvedRequest, WebhookRequest, WebhookType } from '../../webhooks/webhook-type.ts';
import { readSeen } from '../bodies/seen-beside.ts';
import type { BodyContent } from '../records/record.ts';

export interface KeptDelivery {
  readonly body: BodyContent;
  readonly event?: string | undefined;
}

/** @param type of its Receiver now; undefined: one that is not known. */
export function keptRequest({ body, event }: KeptDelivery, type: WebhookType | undefined): ProvedRequest {
  const { headers = {}, claims } = readSeen(body.seen);
  const all: Record<string, string> = { ...headers };
  if (body.contentType !== undefined) all['content-type'] = body.contentType;
  if (type?.eventHeader !== undefined && event !== undefined) all[type.eventHeader] = event;
  return { request: requestOf(body.json, all), claims };
}

/** @param headers by their names in lower case. */
export function requestOf(body: Buffer, headers: Readonly<Record<string, string>>): WebhookRequest {
  return { method: 'POST', headers, rawHeaders: Object.entries(headers).flat(), body };
}
