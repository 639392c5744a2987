import { acrPush } from './image-push.ts';
import { shapeVerifier } from './shape-verifier.ts';
import type { WebhookType } from './webhook-type.ts';

const form = shapeVerifier({ action: 'string', target: { repository: 'string', tag: 'string' } });

/** Azure Container Registry signs nothing: the path is the secret. */
export const acr: WebhookType = {
  name: 'acr',
  validatedBy:
    'the body: JSON in which `action`, `target.repository` and `target.tag` are strings, where they are there',
  secret: 'required',
  oidcProviders: 'refused',
  methods: ['POST'],
  prepare: () => form,
  form,
  announced: acrPush,
};
