/** Requests as the receiver server hands them to a type. */
import { createHmac } from 'node:crypto';
import type { WebhookRequest } from '../../operator/webhooks/webhook-type.ts';

/** @param headers in any case; a list is a header that was sent more than once. */
export function webhookRequest(options: {
  method?: string;
  headers?: Readonly<Record<string, string | readonly string[]>>;
  body?: string | Buffer;
}): WebhookRequest {
  const { method = 'POST', headers = {}, body = '' } = options;
  const all = Object.entries(headers).flatMap(([name, values]) =>
    (typeof values === 'string' ? [values] : values).map((value) => [name, value] as const),
  );
  // As node:http: the first of a repeated Content-Type or Authorization stands, all others are joined.
  const joined: Record<string, string> = {};
  for (const [name, value] of all) {
    const key = name.toLowerCase();
    const before = joined[key];
    if (before === undefined) joined[key] = value;
    else if (key !== 'content-type' && key !== 'authorization') joined[key] = `${before}, ${value}`;
  }
  return { method, headers: joined, rawHeaders: all.flat(), body: Buffer.from(body) };
}

/** The hex HMAC that a sender would put into its signature header. */
export function hexHmac(algorithm: 'sha1' | 'sha256' | 'sha512', key: string | Buffer, body: string | Buffer): string {
  return createHmac(algorithm, key).update(body).digest('hex');
}
