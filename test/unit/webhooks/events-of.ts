import type { SourceEvent } from '../../../operator/sources/envelopes/unwrap.ts';
import type { WebhookRequest, WebhookSettings, WebhookType } from '../../../operator/webhooks/webhook-type.ts';

interface Delivery {
  readonly events: readonly SourceEvent[];
  readonly answer: Readonly<Record<string, string>> | undefined;
}

/** What a genuine request carries, and what it is answered. */
export async function verifiedBy(
  type: WebhookType,
  settings: WebhookSettings,
  request: WebhookRequest,
): Promise<Delivery> {
  await type.prepare(settings).head(request)(request.body);
  const events = type.events?.read(request) ?? [];
  return { events, answer: type.events?.answer?.(events) };
}
