/**
 * The verifier of the types whose sender signs the raw body with `<algorithm>=<hex>`; they differ in where the signature
 * is.
 */
import { createSecretKey } from 'node:crypto';
import { RequestError } from '../api/errors.ts';
import { hmacMatches } from '../verify/hmac-matches.ts';
import { parseSignature } from '../verify/parse-signature.ts';
import type { RequestHead, WebhookVerifier } from './webhook-type.ts';

/** @param readHeader gives the signature header's value, undefined where there is none; it may throw a RequestError. */
export function signatureVerifier(
  token: Buffer,
  readHeader: (head: RequestHead) => string | undefined,
): WebhookVerifier {
  const key = createSecretKey(token);
  return {
    head(head) {
      const signature = parseSignature(readHeader(head));
      return (body) => {
        if (!hmacMatches(signature, key, body)) throw new RequestError('SignatureMismatch');
        return {};
      };
    },
  };
}
