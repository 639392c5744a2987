import { singleHeader } from '../verify/single-header.ts';
import { signatureVerifier } from './signature-verifier.ts';
import type { WebhookType } from './webhook-type.ts';

/** For senders of one's own: an HMAC of the raw body in `X-Signature`. */
export const genericHmac: WebhookType = {
  name: 'generic-hmac',
  validatedBy: '`X-Signature: sha1|sha256|sha512=<hex>`, an HMAC of the raw body with the token',
  secret: 'required',
  provedByToken: true,
  oidcProviders: 'refused',
  methods: ['POST', 'GET', 'PUT'],
  prepare: ({ token }) => signatureVerifier(token, (head) => singleHeader(head, 'x-signature')),
};
