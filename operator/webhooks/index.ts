/** The registry: every receiver type there is. A new one is a file of its own and a line here. */
import { acr } from './acr.ts';
import { bitbucket } from './bitbucket.ts';
import { cdevents } from './cdevents.ts';
import { cloudevents } from './cloudevents.ts';
import { dockerhub } from './dockerhub.ts';
import { eventgrid } from './eventgrid.ts';
import { gcr } from './gcr.ts';
import { generic } from './generic.ts';
import { genericHmac } from './generic-hmac.ts';
import { genericOidc } from './generic-oidc.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { guarded } from './guarded.ts';
import { harbor } from './harbor.ts';
import { nexus } from './nexus.ts';
import { pubsub } from './pubsub.ts';
import { quay } from './quay.ts';
import { sns } from './sns.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import type { WebhookType } from './webhook-type.ts';

const types: readonly WebhookType[] = [
  generic,
  genericHmac,
  genericOidc,
  github,
  gitlab,
  bitbucket,
  harbor,
  dockerhub,
  quay,
  gcr,
  nexus,
  acr,
  cdevents,
  sns,
  pubsub,
  eventgrid,
  cloudevents,
  standardWebhooks,
];

/** `spec.type` to its type, in the order in which people list them. */
export const webhookTypes: ReadonlyMap<string, WebhookType> = new Map(
  types.map((type) => [type.name, guarded(type)] as const),
);
