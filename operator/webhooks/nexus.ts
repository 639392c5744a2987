import { createSecretKey } from 'node:crypto';
import { RequestError } from '../api/errors.ts';
import { checkShape } from '../verify/check-shape.ts';
import { hmacMatches } from '../verify/hmac-matches.ts';
import { parseJson } from '../verify/parse-json.ts';
import { singleHeader } from '../verify/single-header.ts';
import type { RequestHead, Verified, WebhookType } from './webhook-type.ts';

const SHA1_HEX = /^[0-9a-f]{40}$/;

function readDigest(head: RequestHead): Buffer {
  const value = singleHeader(head, 'x-nexus-webhook-signature');
  if (value === undefined) throw new RequestError('SignatureMissing');
  if (!SHA1_HEX.test(value))
    throw new RequestError('SignatureMalformed', 'the signature is not 40 lowercase hex digits');
  return Buffer.from(value, 'hex');
}

function judgeForm(body: Buffer): Verified {
  checkShape(parseJson(body), { action: 'string', repositoryname: 'string' });
  return {};
}

/** Sonatype Nexus Repository 3. Its signature names no algorithm. */
export const nexus: WebhookType = {
  name: 'nexus',
  validatedBy:
    '`X-Nexus-Webhook-Signature`: lowercase hex HMAC-SHA1 of the raw body with the token; in the body `action` and `repositoryName` are strings, if present',
  secret: 'required',
  provedByToken: true,
  oidcProviders: 'refused',
  methods: ['POST'],
  prepare({ token }) {
    const key = createSecretKey(token);
    return {
      head(head) {
        const signature = { algorithm: 'sha1', digest: readDigest(head) } as const;
        return (body) => {
          if (!hmacMatches(signature, key, body)) throw new RequestError('SignatureMismatch');
          return judgeForm(body);
        };
      },
    };
  },
  form: { head: () => judgeForm },
};
