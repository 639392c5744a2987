/** The key `signingSecret` of a Secret, and the proof that it is for. */
import {
  checkStandardSignature,
  parsePublicKey,
  parseSecretKey,
  readStandardSignature,
  SECRET_LENGTH,
  type SigningKey,
  type StandardSignature,
} from '../verify/standard-webhooks.ts';
import { malformedKey, secretWords } from './secret-key.ts';
import type { RequestHead, SecretData, WebhookVerifier } from './webhook-type.ts';

export const SIGNING_SECRET = 'signingSecret';

const MAX_KEYS = 5;

/** @throws ReceiverError TokenNotFound */
export function signingKeys(secret: SecretData): readonly SigningKey[] {
  const words = secretWords(secret, SIGNING_SECRET);
  if (words.length > MAX_KEYS) throw malformedKey(SIGNING_SECRET, `it has more than ${MAX_KEYS} keys`);
  return words.map((word, index) => {
    const key = parseSecretKey(word, SECRET_LENGTH) ?? parsePublicKey(word);
    if (key !== undefined) return key;
    const fault = `key ${index + 1} is neither whsec_ and base64 of 24 to 64 bytes, nor whpk_ and base64 of an ed25519 key`;
    throw malformedKey(SIGNING_SECRET, fault);
  });
}

/**
 * Judges the head of a request that is signed by Standard Webhooks.
 *
 * @param nowMs in ms since 1970.
 * @returns what holds the body against it, and what the head says. @throws RequestError, as does `check`.
 */
export function standardProof(
  head: RequestHead,
  keys: readonly SigningKey[],
  nowMs: number,
): { readonly signature: StandardSignature; check(body: Buffer): void } {
  const signature = readStandardSignature(head, head.sentAtMs ?? nowMs);
  return { signature, check: (body) => checkStandardSignature(signature, keys, body) };
}

/** A type whose requests prove nothing but that signature. @throws ReceiverError TokenNotFound */
export function signingVerifier(secret: SecretData, now: () => number): WebhookVerifier {
  const keys = signingKeys(secret);
  return {
    head(head) {
      const { check } = standardProof(head, keys, now());
      return (body) => {
        check(body);
        return {};
      };
    },
  };
}
