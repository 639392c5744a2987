import { validateCdEvent } from '../verify/cdevents/validate-cdevent.ts';
import { parseJson } from '../verify/parse-json.ts';
import { cdeventsArtifact } from './cdevents-artifact.ts';
import type { WebhookType } from './webhook-type.ts';

/** CDEvents (https://cdevents.dev), unsigned: the path is the secret. */
export const cdevents: WebhookType = {
  name: 'cdevents',
  validatedBy: 'the body: a CDEvent v0.4, as Flux reads it',
  secret: 'required',
  oidcProviders: 'refused',
  eventHeader: 'ce-type',
  methods: ['POST'],
  prepare: () => ({
    head: () => (body) => {
      validateCdEvent(parseJson(body));
      return {};
    },
  }),
  announced: cdeventsArtifact,
};
