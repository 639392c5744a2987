/** `status` of a Receiver as a structural schema; the conditions have the limits that Kubernetes sets for all of them. */
import { urlsSchema } from './exposure-schema.ts';
import type { JsonSchema } from './json-schema.ts';

const condition: JsonSchema = {
  type: 'object',
  description: 'One aspect of the state of the Receiver.',
  required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
  properties: {
    type: {
      type: 'string',
      maxLength: 316,
      pattern:
        '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
      description: 'Ready, Reconciling, Stalled or Exposed.',
    },
    status: { type: 'string', enum: ['True', 'False', 'Unknown'], description: 'True, False or Unknown.' },
    observedGeneration: {
      type: 'integer',
      format: 'int64',
      minimum: 0,
      description: 'The metadata.generation that this condition is about.',
    },
    lastTransitionTime: { type: 'string', format: 'date-time', description: 'When status last changed.' },
    reason: {
      type: 'string',
      minLength: 1,
      maxLength: 1024,
      pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
      description: 'Why, in one word for programs, such as Succeeded, TokenNotFound or InvalidCELExpression.',
    },
    message: { type: 'string', maxLength: 32768, description: 'Why, in a sentence for people, with what to change.' },
  },
};

export const receiverStatusSchema: JsonSchema = {
  type: 'object',
  description: 'What the operator last saw and did.',
  default: { observedGeneration: -1 },
  properties: {
    conditions: { type: 'array', items: condition, description: 'The state of the Receiver, as conditions.' },
    webhookPath: {
      type: 'string',
      description:
        'Path to which webhooks are sent: /hook/ and the hexadecimal SHA-256 of token, name and namespace. Empty while ' +
        'there is no token.',
    },
    observedGeneration: {
      type: 'integer',
      format: 'int64',
      description: 'The metadata.generation that was last reconciled to its end; -1 before the first.',
    },
    lastHandledReconcileAt: {
      type: 'string',
      description: 'The last value seen of the annotation reconcile.fluxcd.io/requestedAt on the Receiver.',
    },
    url: {
      type: 'string',
      description: 'The URL to give to the sender: the first of urls that is reachable from outside the cluster.',
    },
    urls: urlsSchema,
  },
};
