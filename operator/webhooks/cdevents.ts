import { validateCdEvent } from '../verify/cdevents/validate-cdevent.ts';
import { parseJson } from '../verify/parse-json.ts';
import { cdeventsArtifact } from './cdevents-artifact.ts';
import type { WebhookType, WebhookVerifier } from './webhook-type.ts';

const form: WebhookVerifier = {
  head: () => (body) => {
    validateCdEvent(parseJson(body));
    return {};
  },
};

/** CDEvents (https://cdevents.dev), unsigned: the path is the secret. */
export const cdevents: WebhookType = {
  name: 'cdevents',
  validatedBy: 'the body: a CDEvent v0.4, as Flux reads it',
  secret: 'required',
  oidcProviders: 'refused',
  eventHeader: 'ce-type',
  methods: ['POST'],
  prepare: () => form,
  form,
  announced: cdeventsArtifact,
};
