/** Google Container Registry and Artifact Registry, by way of an authenticated Pub/Sub push subscription. */
import { RequestError } from '../api/errors.ts';
import { systemClock } from '../observe/clock.ts';
import { bearerToken } from '../verify/bearer-token.ts';
import { checkValidityPeriod } from '../verify/check-validity-period.ts';
import type { Issuers } from '../verify/create-issuers.ts';
import { mediaType } from '../verify/media-type.ts';
import { type IdToken, parseIdToken } from '../verify/parse-id-token.ts';
import { issuers as sharedIssuers } from './issuers.ts';
import { pubsubMessage } from './pubsub-message.ts';
import type { RequestHead, SecretData, WebhookRequest, WebhookType, WebhookVerifier } from './webhook-type.ts';

interface GcrOptions {
  readonly issuers: Issuers;
  /** Where Google's keys are. */
  readonly jwksUrl: string;
  /** Milliseconds since the epoch. */
  now(): number;
}

const GOOGLE_ISSUERS: readonly unknown[] = ['accounts.google.com', 'https://accounts.google.com'];
const GOOGLE_KEYS_URL = 'https://www.googleapis.com/oauth2/v3/certs';

function checkClaims(claims: IdToken['claims'], audience: string, email: string): void {
  const refuse = (message: string) => new RequestError('TokenRejected', message);
  if (!GOOGLE_ISSUERS.includes(claims.iss)) throw refuse('the token is not from Google');
  if (claims.aud !== audience) throw refuse("the token's audience is not that of the Secret");
  if (claims.email !== email) throw refuse("the token's email is not that of the Secret");
  if (claims.email_verified !== true) throw refuse("the token's email is not verified");
}

function prepare(secret: SecretData, { issuers, jwksUrl, now }: GcrOptions): WebhookVerifier {
  const audience = secret.audience?.toString('utf8') ?? '';
  const email = secret.email?.toString('utf8') ?? '';

  function readToken(head: RequestHead): IdToken {
    if (audience === '' || email === '') {
      throw new RequestError('SecretIncomplete', "the Secret needs the keys 'audience' and 'email'");
    }
    const token = parseIdToken(bearerToken(head));
    checkClaims(token.claims, audience, email);
    checkValidityPeriod(token.claims, head.sentAtMs ?? now());
    return token;
  }

  return {
    head(head) {
      const token = readToken(head);
      return async (body) => {
        await issuers.checkSignature(token, { jwksUrl, algorithms: ['RS256'] });
        pubsubMessage(body);
        return {};
      };
    },
  };
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
export function createGcr(options: Partial<GcrOptions> = {}): WebhookType {
  const all = { issuers: sharedIssuers, jwksUrl: GOOGLE_KEYS_URL, now: systemClock.now, ...options };
  return {
    name: 'gcr',
    validatedBy: "a Google ID token in `Authorization: Bearer`, for the Secret's `audience`, from the Secret's `email`",
    secret: 'required',
    oidcProviders: 'refused',
    methods: ['POST'],
    prepare: ({ secret }) => prepare(secret, all),
    filterInput,
  };
}

export const gcr: WebhookType = createGcr();
