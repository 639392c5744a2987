import { copyBody } from '../deliveries/bodies/copy-body.ts';
import type { SeenBeside } from '../deliveries/bodies/seen-beside.ts';
import type { Verified, WebhookRequest } from '../webhooks/webhook-type.ts';
import type { ServedRoute } from './judge-request.ts';

/** Of CloudEvents, of a message that Pub/Sub pushes without an envelope, and of Standard Webhooks without the signature. */
const ATTRIBUTE = /^(?:ce-|x-goog-pubsub-|eventtype$|webhook-id$|webhook-timestamp$)/;

/** The body of a genuine webhook with what filters see beside it; undefined: its Receiver keeps none. */
export function copyWebhook(
  { serving: { keep }, type: { events } }: Pick<ServedRoute, 'serving' | 'type'>,
  { headers, body }: Pick<WebhookRequest, 'headers' | 'body'>,
  claims: Verified['claims'],
): ReturnType<typeof copyBody> {
  if (keep === undefined) return undefined;
  const seen = { headers: events === undefined ? {} : attributesOf(headers), claims };
  return copyBody(body, headers['content-type'], keep, seen);
}

function attributesOf(headers: WebhookRequest['headers']): NonNullable<SeenBeside['headers']> {
  const attributes = Object.entries(headers).flatMap(([name, value]) =>
    ATTRIBUTE.test(name) && typeof value === 'string' ? [[name, value] as const] : [],
  );
  return Object.fromEntries(attributes);
}
