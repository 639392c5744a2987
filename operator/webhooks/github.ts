import { hubFilterInput } from './hub-filter-input.ts';
import { hubPush } from './hub-push.ts';
import { hubForm, hubVerifier } from './hub-verifier.ts';
import type { WebhookType } from './webhook-type.ts';

/** GitHub, and Gitea and Forgejo, which sign and name events as it does. */
export const github: WebhookType = {
  name: 'github',
  validatedBy: '`X-Hub-Signature-256`, else `X-Hub-Signature`: an HMAC of the raw body with the token; JSON or form',
  secret: 'required',
  provedByToken: true,
  oidcProviders: 'refused',
  eventHeader: 'x-github-event',
  pingEvent: 'ping',
  methods: ['POST'],
  prepare: ({ token }) => hubVerifier(token),
  form: hubForm,
  filterInput: hubFilterInput,
  announced: hubPush,
};
