import type { RequestHead } from '../api/request-head.ts';

/** The headers in which senders give a delivery an id, the more particular first. */
const ID_HEADERS = [
  'x-github-delivery',
  'x-gitea-delivery',
  'idempotency-key',
  'webhook-id',
  'x-request-uuid',
  'ce-id',
] as const;

/** The id that its sender gave a delivery. */
export function providerIdOf(headers: RequestHead['headers']): string | undefined {
  for (const name of ID_HEADERS) {
    const value = headers[name];
    if (value === undefined) continue;
    const text = typeof value === 'string' ? value : value[0];
    if (text !== undefined && text !== '') return text;
  }
  return undefined;
}
