import { harborPush } from './image-push.ts';
import { tokenHeaderVerifier } from './token-header-verifier.ts';
import type { WebhookType } from './webhook-type.ts';

/** Harbor sends its "auth header" setting as it is, without a scheme before it. */
export const harbor: WebhookType = {
  name: 'harbor',
  validatedBy: '`Authorization` equals the token',
  secret: 'required',
  provedByToken: true,
  oidcProviders: 'refused',
  methods: ['POST'],
  prepare: ({ token }) => tokenHeaderVerifier(token, 'authorization'),
  announced: harborPush,
};
