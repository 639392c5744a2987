/** Standard Webhooks (https://www.standardwebhooks.com). */
import { systemClock } from '../observe/clock.ts';
import type { SourceEvent } from '../sources/envelopes/unwrap.ts';
import { deliveredEvents } from './delivered-events.ts';
import { firstHeader } from './first-header.ts';
import { signingVerifier } from './signing-secret.ts';
import type { WebhookRequest, WebhookType } from './webhook-type.ts';

/** The body is the event, and nothing in it is unwrapped. */
function read(request: WebhookRequest): readonly SourceEvent[] {
  const id = firstHeader(request, 'webhook-id') ?? '';
  const seconds = Number(firstHeader(request, 'webhook-timestamp'));
  const time = Number.isSafeInteger(seconds) ? new Date(seconds * 1000).toISOString() : '';
  return deliveredEvents(request, { format: 'json' }).map((event) => {
    const type = typeof event.req.type === 'string' ? event.req.type : '';
    return { ...event, type, id, time };
  });
}

/** @param options for tests: another time, in milliseconds since the epoch. */
export function createStandardWebhooks({ now = systemClock.now }: { now?: () => number } = {}): WebhookType {
  return {
    name: 'standard-webhooks',
    validatedBy:
      "`webhook-signature` over `webhook-id`, `webhook-timestamp` and the raw body, by the Secret's `signingSecret`",
    secret: 'required',
    oidcProviders: 'refused',
    events: { unlisted: 'refused', read },
    filterVariables: ['msg'],
    methods: ['POST'],
    prepare: ({ secret }) => signingVerifier(secret, now),
  };
}

export const standardWebhooks: WebhookType = createStandardWebhooks();
