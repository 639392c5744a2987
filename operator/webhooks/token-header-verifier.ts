/** Verifies the types whose sender puts the token itself into a header; the body is not read. */
import { RequestError } from '../api/errors.ts';
import { singleHeader } from '../verify/single-header.ts';
import { tokenEquals } from '../verify/token-equals.ts';
import type { WebhookVerifier } from './webhook-type.ts';

/** @param name of the header, lower-case. */
export function tokenHeaderVerifier(token: Buffer, name: string): WebhookVerifier {
  return {
    head(head) {
      const value = singleHeader(head, name);
      if (value === undefined) throw new RequestError('SignatureMissing', `no header ${name}`);
      if (!tokenEquals(value, token)) throw new RequestError('TokenMismatch');
      return () => ({});
    },
  };
}
