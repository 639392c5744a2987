/** Google Container Registry and Artifact Registry, by way of an authenticated Pub/Sub push subscription. */
import { RequestError } from '../api/errors.ts';
import { systemClock } from '../observe/clock.ts';
import { mediaType } from '../verify/media-type.ts';
import { GOOGLE_KEYS_URL, type GoogleOptions, googleIdToken } from './google-id-token.ts';
import { gcrPush } from './image-push.ts';
import { issuers as sharedIssuers } from './issuers.ts';
import { pubsubMessage } from './pubsub-message.ts';
import type { SecretData, Verified, WebhookRequest, WebhookType, WebhookVerifier } from './webhook-type.ts';

function prepare(secret: SecretData, options: GoogleOptions): WebhookVerifier {
  const audience = secret.audience?.toString('utf8') ?? '';
  const email = secret.email?.toString('utf8') ?? '';
  return {
    head(head) {
      if (audience === '' || email === '') {
        throw new RequestError('SecretIncomplete', "the Secret needs the keys 'audience' and 'email'");
      }
      const checkSignature = googleIdToken(head, { audience, email }, options);
      return async (body) => {
        await checkSignature();
        return judgeForm(body);
      };
    },
  };
}

function judgeForm(body: Buffer): Verified {
  pubsubMessage(body);
  return {};
}

function filterInput(request: WebhookRequest): Readonly<Record<string, unknown>> {
  if (mediaType(request.headers['content-type']) !== 'application/json') return {};
  try {
    return { ...pubsubMessage(request.body) };
  } catch (error) {
    throw new RequestError('FilterInputInvalid', 'a filter needs a Pub/Sub message', { cause: error });
  }
}

/** @param options for tests: another issuer than Google, another time. */
export function createGcr(options: Partial<GoogleOptions> = {}): WebhookType {
  const all = { issuers: sharedIssuers, jwksUrl: GOOGLE_KEYS_URL, now: systemClock.now, ...options };
  return {
    name: 'gcr',
    validatedBy: "a Google ID token in `Authorization: Bearer`, for the Secret's `audience`, from the Secret's `email`",
    secret: 'required',
    oidcProviders: 'refused',
    methods: ['POST'],
    prepare: ({ secret }) => prepare(secret, all),
    form: { head: () => judgeForm },
    filterInput,
    announced: gcrPush,
  };
}

export const gcr: WebhookType = createGcr();
