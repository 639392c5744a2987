import { RequestError } from '../api/errors.ts';

/** A percent sign without its two digits, or the semicolon that once separated parameters. */
const MALFORMED = /%(?![0-9a-f]{2})|;/i;

/**
 * The `payload` of an `application/x-www-form-urlencoded` body, decoded: where GitHub puts the JSON by
 * default.
 *
 * @returns undefined where the form has no such parameter.
 * @throws RequestError PayloadInvalid when the body is not such a form.
 */
export function formPayload(body: Buffer): Buffer | undefined {
  const text = body.toString('utf8');
  if (MALFORMED.test(text)) throw new RequestError('PayloadInvalid', 'the body is not a form');
  const payload = new URLSearchParams(text).get('payload');
  return payload === null ? undefined : Buffer.from(payload, 'utf8');
}
