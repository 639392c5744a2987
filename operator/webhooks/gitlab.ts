import { tokenHeaderVerifier } from './token-header-verifier.ts';
import type { WebhookType } from './webhook-type.ts';

export const gitlab: WebhookType = {
  name: 'gitlab',
  validatedBy: '`X-Gitlab-Token` equals the token',
  secret: 'required',
  oidcProviders: 'refused',
  eventHeader: 'x-gitlab-event',
  methods: ['POST'],
  prepare: ({ token }) => tokenHeaderVerifier(token, 'x-gitlab-token'),
};
