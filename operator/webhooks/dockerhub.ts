import { dockerhubPush } from './image-push.ts';
import { shapeVerifier } from './shape-verifier.ts';
import type { WebhookType } from './webhook-type.ts';

const form = shapeVerifier({ push_data: { tag: 'string' }, repository: { repo_url: 'string' } });

/** Docker Hub signs nothing: the path is the secret. */
export const dockerhub: WebhookType = {
  name: 'dockerhub',
  validatedBy: 'the body: JSON in which `push_data.tag` and `repository.repo_url` are strings, where they are there',
  secret: 'required',
  oidcProviders: 'refused',
  methods: ['POST'],
  prepare: () => form,
  form,
  announced: dockerhubPush,
};
