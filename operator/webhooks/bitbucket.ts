import { bitbucketPush } from './bitbucket-push.ts';
import { hubFilterInput } from './hub-filter-input.ts';
import { hubForm, hubVerifier } from './hub-verifier.ts';
import type { WebhookType } from './webhook-type.ts';

/** Bitbucket Server and Cloud, which sign as GitHub does and name events in a header of their own. */
export const bitbucket: WebhookType = {
  name: 'bitbucket',
  validatedBy: '`X-Hub-Signature-256`, else `X-Hub-Signature`: an HMAC of the raw body with the token; JSON or form',
  secret: 'required',
  provedByToken: true,
  oidcProviders: 'refused',
  eventHeader: 'x-event-key',
  methods: ['POST'],
  prepare: ({ token }) => hubVerifier(token),
  form: hubForm,
  filterInput: hubFilterInput,
  announced: bitbucketPush,
};
