import { RequestError } from '../api/errors.ts';
import { firstHeader } from './first-header.ts';
import type { RequestHead } from './webhook-type.ts';

/**
 * The answer to a sender that asks whether it may send (HTTP Webhooks for CloudEvents, 4): any origin may, at any rate.
 * A `WebHook-Request-Callback` is never called: the answer is enough.
 *
 * @throws RequestError OriginMissing
 */
export function allowedOrigin(head: RequestHead): Readonly<Record<string, string>> {
  const origin = firstHeader(head, 'webhook-request-origin');
  if (origin === undefined || origin === '') throw new RequestError('OriginMissing');
  return { 'WebHook-Allowed-Origin': origin, 'WebHook-Allowed-Rate': '*', Allow: 'POST' };
}
