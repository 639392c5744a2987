import { RequestError } from '../api/errors.ts';
import { systemClock } from '../observe/clock.ts';
import { singleHeader } from '../verify/single-header.ts';
import { parseSecretKey, type SigningKey } from '../verify/standard-webhooks.ts';
import { tokenEquals } from '../verify/token-equals.ts';
import { gitlabPush } from './gitlab-push.ts';
import { malformedKey, secretKey } from './secret-key.ts';
import { standardProof } from './signing-secret.ts';
import { tokenHeaderVerifier } from './token-header-verifier.ts';
import type { WebhookSettings, WebhookType, WebhookVerifier } from './webhook-type.ts';

const TOKEN_HEADER = 'x-gitlab-token';
const SIGNING_TOKEN = 'signingToken';
const SIGNING_TOKEN_BYTES = 32;

function prepare({ token, secret }: WebhookSettings, now: () => number): WebhookVerifier {
  if (!Object.hasOwn(secret, SIGNING_TOKEN)) return tokenHeaderVerifier(token, TOKEN_HEADER);
  const text = secretKey(secret, SIGNING_TOKEN).toString('utf8').trim();
  const key = parseSecretKey(text, { min: SIGNING_TOKEN_BYTES, max: SIGNING_TOKEN_BYTES });
  if (key === undefined) throw malformedKey(SIGNING_TOKEN, 'it is not whsec_ and base64 of 32 bytes');
  return signedVerifier(token, key, now);
}

/** The signature is required, so that nobody gets by with the token alone; a token that is sent must be right, too. */
function signedVerifier(token: Buffer, key: SigningKey, now: () => number): WebhookVerifier {
  return {
    head(head) {
      const { check } = standardProof(head, [key], now());
      const sent = singleHeader(head, TOKEN_HEADER);
      if (sent !== undefined && !tokenEquals(sent, token)) throw new RequestError('TokenMismatch');
      return (body) => {
        check(body);
        return {};
      };
    },
  };
}

/** @param options for tests: another time, in milliseconds since the epoch. */
export function createGitlab({ now = systemClock.now }: { now?: () => number } = {}): WebhookType {
  return {
    name: 'gitlab',
    validatedBy:
      "`X-Gitlab-Token` equals the token; where the Secret has `signingToken`, GitLab's `webhook-signature` by that instead",
    secret: 'required',
    provedByToken: true,
    oidcProviders: 'refused',
    eventHeader: 'x-gitlab-event',
    methods: ['POST'],
    prepare: (settings) => prepare(settings, now),
    announced: gitlabPush,
  };
}

export const gitlab: WebhookType = createGitlab();
