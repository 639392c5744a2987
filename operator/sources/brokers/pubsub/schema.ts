/** The block `pubsub` as the CRD has it. */
import type { JsonSchema } from '../../../api/json-schema.ts';

const MAX_NAME = 512;
const MAX_URL = 1024;

export const pubsubSchema: JsonSchema = {
  type: 'object',
  description: 'A pull subscription of Google Cloud Pub/Sub. It exists already.',
  required: ['subscription'],
  properties: {
    subscription: {
      type: 'string',
      description: 'The subscription, as `projects/PROJECT/subscriptions/NAME`.',
      maxLength: MAX_NAME,
      pattern: '^projects/[a-z0-9.:-]+/subscriptions/[A-Za-z][A-Za-z0-9._~%+-]{2,254}$',
    },
    endpoint: {
      type: 'string',
      description:
        'The address that calls go to instead of https://pubsub.googleapis.com: http or https. To an http address no credentials are sent.',
      maxLength: MAX_URL,
      pattern: '^https?://[^/?#@\\s]+/?$',
    },
  },
};
