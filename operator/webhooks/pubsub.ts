/** Any message of Google Pub/Sub, by way of an authenticated push subscription, in its envelope or without. */
import { systemClock } from '../observe/clock.ts';
import { deliveredEvents } from './delivered-events.ts';
import { GOOGLE_KEYS_URL, type GoogleOptions, googleIdToken } from './google-id-token.ts';
import { issuers as sharedIssuers } from './issuers.ts';
import { secretKey } from './secret-key.ts';
import type { SecretData, WebhookType, WebhookVerifier } from './webhook-type.ts';

function prepare(secret: SecretData, options: GoogleOptions): WebhookVerifier {
  const identity = {
    audience: secretKey(secret, 'audience').toString('utf8'),
    email: secretKey(secret, 'email').toString('utf8'),
  };
  return {
    head(head) {
      const checkSignature = googleIdToken(head, identity, options);
      return async () => {
        await checkSignature();
        return {};
      };
    },
  };
}

/** @param options for tests: another issuer than Google, another time. */
export function createPubsub(options: Partial<GoogleOptions> = {}): WebhookType {
  const all = { issuers: sharedIssuers, jwksUrl: GOOGLE_KEYS_URL, now: systemClock.now, ...options };
  return {
    name: 'pubsub',
    validatedBy: "a Google ID token in `Authorization: Bearer`, for the Secret's `audience`, from the Secret's `email`",
    secret: 'required',
    oidcProviders: 'refused',
    events: { unlisted: 'passed-over', read: (request) => deliveredEvents(request, { broker: 'pubsub' }) },
    filterVariables: ['msg'],
    methods: ['POST'],
    prepare: ({ secret }) => prepare(secret, all),
  };
}

export const pubsub: WebhookType = createPubsub();
