/**
 * Reads an ID token (a JWT, RFC 7519, signed as a compact JWS, RFC 7515), before anybody is asked for a
 * key: what it says here is not proved.
 */
import { RequestError } from '../api/errors.ts';
import { isJsonObject } from './is-json-object.ts';
import { numbersFit } from './numbers-fit.ts';
import { parseJson } from './parse-json.ts';

export interface IdToken {
  readonly raw: string;
  readonly algorithm: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

const BASE64URL = /^[\w-]+$/;

function decode(part: string | undefined, name: string): Record<string, unknown> {
  if (part === undefined || !BASE64URL.test(part)) {
    throw new RequestError('SignatureMalformed', `the ${name} of the token is not base64url`);
  }
  let value: unknown;
  try {
    value = parseJson(Buffer.from(part, 'base64url'));
  } catch (error) {
    throw new RequestError('SignatureMalformed', `the ${name} of the token is not JSON`, { cause: error });
  }
  if (!isJsonObject(value)) throw new RequestError('SignatureMalformed', `the ${name} of the token is not an object`);
  return value;
}

/** @throws RequestError SignatureMalformed; TokenRejected for a critical header (RFC 7515 4.1.11), none being known. */
export function parseIdToken(raw: string): IdToken {
  const parts = raw.split('.', 4);
  if (parts.length !== 3) throw new RequestError('SignatureMalformed', 'the token has not three parts');
  const header = decode(parts[0], 'header');
  const claims = decode(parts[1], 'payload');
  if (!numbersFit(claims)) throw new RequestError('SignatureMalformed', 'the token has a number that is too large');
  if (typeof header.alg !== 'string') throw new RequestError('SignatureMalformed', 'the token names no algorithm');
  if (Object.hasOwn(header, 'crit')) throw new RequestError('TokenRejected', 'the token has a critical header');
  return { raw, algorithm: header.alg, claims };
}
