import { quayPush } from './image-push.ts';
import { shapeVerifier } from './shape-verifier.ts';
import type { WebhookType } from './webhook-type.ts';

const form = shapeVerifier({ docker_url: 'string', updated_tags: ['string'] });

/** Quay signs nothing: the path is the secret. */
export const quay: WebhookType = {
  name: 'quay',
  validatedBy:
    'the body: JSON in which `docker_url` is a string and `updated_tags` a list of strings, where they are there',
  secret: 'required',
  oidcProviders: 'refused',
  methods: ['POST'],
  prepare: () => form,
  form,
  announced: quayPush,
};
