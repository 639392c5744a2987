import type { WebhookType } from './webhook-type.ts';

/** Nothing but the path: who knows it may call, be it with a plain curl. */
export const generic: WebhookType = {
  name: 'generic',
  validatedBy: 'nothing but the path',
  secret: 'required',
  oidcProviders: 'refused',
  methods: ['POST', 'GET', 'PUT'],
  prepare: () => ({ head: () => () => ({}) }),
};
