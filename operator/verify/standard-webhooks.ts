/** Signatures of Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks, 1.0). */
import { createHmac, createPublicKey, createSecretKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { RequestError } from '../api/errors.ts';
import type { RequestHead } from '../api/request-head.ts';
import { decodeBase64 } from './decode-base64.ts';
import { singleHeader } from './single-header.ts';

/** What a signature may be made with: a shared secret (`v1`), or an ed25519 key (`v1a`). */
export interface SigningKey {
  readonly version: 'v1' | 'v1a';
  readonly key: KeyObject;
}

/** What the head of a request says of its signature. */
export interface StandardSignature {
  readonly id: string;
  /** In ms since 1970. */
  readonly sentAtMs: number;
  readonly signatures: readonly { readonly version: SigningKey['version']; readonly bytes: Buffer }[];
  /** What is signed in front of the body. */
  readonly prefix: Buffer;
}

const TOLERANCE_MS = 300_000;
const TIMESTAMP = /^\d{1,12}$/;
const SIGNATURE_BYTES = { v1: 32, v1a: 64 } as const;
/** Each costs a check against each key. */
const MAX_SIGNATURES = 8;
/** In front of the 32 bytes of an ed25519 key: its SubjectPublicKeyInfo (RFC 8410, 4). */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const ED25519_BYTES = 32;

/** How long a shared secret may be, in bytes. */
export interface SecretLength {
  readonly min: number;
  readonly max: number;
}

/** As the specification wants it. */
export const SECRET_LENGTH: SecretLength = { min: 24, max: 64 };

/** `whsec_` and base64 of a shared secret; undefined where the text is not that. */
export function parseSecretKey(text: string, { min, max }: SecretLength): SigningKey | undefined {
  const bytes = text.startsWith('whsec_') ? decodeBase64(text.slice('whsec_'.length)) : undefined;
  if (bytes === undefined || bytes.length < min || bytes.length > max) return undefined;
  return { version: 'v1', key: createSecretKey(bytes) };
}

/** `whpk_` and base64 of an ed25519 key; undefined where the text is not that. */
export function parsePublicKey(text: string): SigningKey | undefined {
  const bytes = text.startsWith('whpk_') ? decodeBase64(text.slice('whpk_'.length)) : undefined;
  if (bytes?.length !== ED25519_BYTES) return undefined;
  const der = Buffer.concat([ED25519_SPKI, bytes]);
  return { version: 'v1a', key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
}

/**
 * Reads `webhook-id`, `webhook-timestamp` and `webhook-signature`; refuses what was signed at another time than now.
 *
 * @param nowMs in ms since 1970.
 * @throws RequestError SignatureMissing, SignatureAmbiguous, SignatureMalformed, SignatureExpired
 */
export function readStandardSignature(head: RequestHead, nowMs: number): StandardSignature {
  const id = required(head, 'webhook-id');
  const timestamp = required(head, 'webhook-timestamp');
  const signatures = parseSignatures(required(head, 'webhook-signature'));
  if (!TIMESTAMP.test(timestamp)) {
    throw new RequestError('SignatureMalformed', 'webhook-timestamp is not in whole seconds');
  }
  const sentAtMs = Number(timestamp) * 1000;
  if (Math.abs(nowMs - sentAtMs) > TOLERANCE_MS) {
    throw new RequestError('SignatureExpired', 'webhook-timestamp is more than 5 minutes from now');
  }
  return { id, sentAtMs, signatures, prefix: Buffer.from(`${id}.${timestamp}.`, 'latin1') };
}

/** Holds the body against the signatures: one that fits a key is enough. @throws RequestError SignatureMismatch */
export function checkStandardSignature(
  { signatures, prefix }: StandardSignature,
  keys: readonly SigningKey[],
  body: Buffer,
): void {
  const fits = keys.some((key) => {
    const candidates = signatures.filter(({ version }) => version === key.version).map(({ bytes }) => bytes);
    return key.version === 'v1'
      ? hmacFits(key, [prefix, body], candidates)
      : ed25519Fits(key, [prefix, body], candidates);
  });
  if (!fits) throw new RequestError('SignatureMismatch');
}

function required(head: RequestHead, name: string): string {
  const value = singleHeader(head, name);
  if (value === undefined) throw new RequestError('SignatureMissing', `no header ${name}`);
  return value;
}

/** Versions that are not known are passed over, so that a sender can add one. */
function parseSignatures(header: string): StandardSignature['signatures'] {
  const signatures = header.split(' ').flatMap((part) => {
    const comma = part.indexOf(',');
    const version = part.slice(0, Math.max(comma, 0));
    if (version !== 'v1' && version !== 'v1a') return [];
    const bytes = decodeBase64(part.slice(comma + 1));
    return bytes?.length === SIGNATURE_BYTES[version] ? [{ version, bytes } as const] : [];
  });
  if (signatures.length === 0) throw new RequestError('SignatureMalformed', 'webhook-signature has no v1 and no v1a');
  if (signatures.length > MAX_SIGNATURES) {
    throw new RequestError('SignatureMalformed', `webhook-signature has more than ${MAX_SIGNATURES} signatures`);
  }
  return signatures;
}

function hmacFits({ key }: SigningKey, signed: readonly Buffer[], candidates: readonly Buffer[]): boolean {
  if (candidates.length === 0) return false;
  const hmac = createHmac('sha256', key);
  for (const part of signed) hmac.update(part);
  const expected = hmac.digest();
  return candidates.some((candidate) => timingSafeEqual(expected, candidate));
}

function ed25519Fits({ key }: SigningKey, signed: readonly Buffer[], candidates: readonly Buffer[]): boolean {
  if (candidates.length === 0) return false;
  const bytes = Buffer.concat(signed);
  return candidates.some((candidate) => verify(null, bytes, key, candidate));
}
