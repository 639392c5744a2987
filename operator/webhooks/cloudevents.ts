/** CloudEvents by webhook (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md). */
import { ReceiverError, RequestError } from '../api/errors.ts';
import { systemClock } from '../observe/clock.ts';
import type { SourceEvent } from '../sources/envelopes/unwrap.ts';
import { bearerToken } from '../verify/bearer-token.ts';
import { singleHeader } from '../verify/single-header.ts';
import { tokenEquals } from '../verify/token-equals.ts';
import { deliveredEvents } from './delivered-events.ts';
import { secretKey } from './secret-key.ts';
import { signatureVerifier } from './signature-verifier.ts';
import { SIGNING_SECRET, signingVerifier } from './signing-secret.ts';
import { allowedOrigin } from './webhook-origin.ts';
import type { RequestHead, SecretData, WebhookRequest, WebhookType, WebhookVerifier } from './webhook-type.ts';

/** Each proves a request in its own way; a Secret has one of them. */
const PROOFS: Readonly<Record<string, (secret: SecretData, now: () => number) => WebhookVerifier>> = {
  hmacKey: (secret) => signatureVerifier(secretKey(secret, 'hmacKey'), (head) => singleHeader(head, 'x-signature')),
  bearerToken(secret) {
    const token = secretKey(secret, 'bearerToken');
    return {
      head(head) {
        if (!tokenEquals(bearerToken(head), token)) throw new RequestError('TokenMismatch');
        return () => ({});
      },
    };
  },
  [SIGNING_SECRET]: signingVerifier,
};

function prepare(secret: SecretData, now: () => number): WebhookVerifier {
  const proof = proofOf(secret, now);
  return {
    head(head) {
      refuseTokenInQuery(head);
      return proof.head(head);
    },
  };
}

function read(request: WebhookRequest): readonly SourceEvent[] {
  const events = deliveredEvents(request);
  if (events.some(({ path }) => path[0] !== 'cloudevents')) throw new RequestError('PayloadInvalid', 'no CloudEvent');
  return events;
}

function proofOf(secret: SecretData, now: () => number): WebhookVerifier {
  const names = Object.keys(PROOFS);
  const [name, ...others] = names.filter((candidate) => Object.hasOwn(secret, candidate));
  const make = name === undefined ? undefined : PROOFS[name];
  if (make === undefined || others.length > 0) {
    const count = make === undefined ? 'none' : 'more than one';
    const keys = names.map((each) => `'${each}'`).join(', ');
    throw new ReceiverError('TokenNotFound', `the Secret needs exactly one of the keys ${keys}, and has ${count}`);
  }
  return make(secret, now);
}

/** A way to send a bearer token (RFC 6750, 2.3) that puts it into logs; it is worth nothing here. */
function refuseTokenInQuery({ url = '' }: RequestHead): void {
  const query = url.indexOf('?');
  if (query === -1 || !new URLSearchParams(url.slice(query + 1)).has('access_token')) return;
  throw new RequestError('TokenInQuery');
}

/** @param options for tests: another time, in milliseconds since the epoch. */
export function createCloudevents({ now = systemClock.now }: { now?: () => number } = {}): WebhookType {
  return {
    name: 'cloudevents',
    validatedBy:
      'what the Secret has one key for: `hmacKey` (`X-Signature`, as `generic-hmac`), `bearerToken` (`Authorization: Bearer`) or `signingSecret` (as `standard-webhooks`)',
    secret: 'required',
    oidcProviders: 'refused',
    events: { unlisted: 'refused', read },
    filterVariables: ['msg'],
    methods: ['POST', 'OPTIONS'],
    prepare: ({ secret }) => prepare(secret, now),
    options: allowedOrigin,
  };
}

export const cloudevents: WebhookType = createCloudevents();
