/**
 * `spec` of a Receiver as a structural schema. The CRD publishes it, validateReceiver applies it again. Nothing in it is
 * stricter than what Flux's own CRD accepts, so there are no limits here beside Flux's.
 */
import { deliveriesSchema, followSchema } from '../deliveries-schema.ts';
import { exposureSchema } from '../exposure-schema.ts';
import { fluxKinds } from '../flux-kinds.ts';
import type { JsonSchema } from '../json-schema.ts';
import { DEFAULT_INTERVAL, DEFAULT_OIDC_AUDIENCE } from './receiver.ts';
import { type ReceiverTypeRule, receiverRules } from './receiver-rules.ts';

const FILTER_VARIABLES =
  'It sees req (the JSON body of the webhook), res (apiVersion, kind and metadata of the resource), for type ' +
  'generic-oidc only claims (of the verified ID token), and for types that carry events msg (about the event: type, ' +
  'source, subject, id, time, attributes, path). An expression that does not compile, or that is not of type ' +
  'bool, makes the Receiver stalled; one that fails while it runs answers the sender with 500.';

const versionOptional = fluxKinds.filter((kind) => kind.versionOptional).map(({ kind }) => kind);

/** One entry of `spec.resources`. */
export const resourceSchema: JsonSchema = {
  type: 'object',
  description: 'A resource, or with name * all resources of a kind in one namespace that matchLabels selects.',
  required: ['kind', 'name'],
  properties: {
    apiVersion: {
      type: 'string',
      description:
        'API group and version of the resource, such as source.toolkit.fluxcd.io/v1. Optional for the kinds ' +
        `${versionOptional.slice(0, -1).join(', ')} and ${versionOptional.at(-1)}.`,
    },
    kind: {
      type: 'string',
      description:
        'Kind of the resource: a kind of Flux, or another that the operator may patch and that reacts to the annotation ' +
        'reconcile.fluxcd.io/requestedAt.',
    },
    name: {
      type: 'string',
      minLength: 1,
      maxLength: 253,
      description: 'Name of the resource, or * for all resources that matchLabels selects.',
    },
    namespace: {
      type: 'string',
      maxLength: 253,
      description:
        'Namespace of the resource. Absent or empty: the namespace of the Receiver. --no-cross-namespace-refs forbids ' +
        'any other.',
    },
    matchLabels: {
      type: 'object',
      additionalProperties: { type: 'string', description: 'Value of the label.' },
      description:
        'Labels that a resource must have, all of them; {} selects every resource of the kind in the namespace. Required ' +
        'with name *, ignored with any other name.',
    },
    filter: {
      type: 'string',
      description: `CEL expression that decides whether the resources of this entry are notified; spec.resourceFilter must be true too. ${FILTER_VARIABLES}`,
    },
  },
};

const oidcVariable: JsonSchema = {
  type: 'object',
  description: 'A named CEL expression.',
  required: ['name', 'expression'],
  properties: {
    name: {
      type: 'string',
      description: 'Name of the variable, a CEL identifier. Later expressions read it as vars.<name>.',
    },
    expression: { type: 'string', description: 'CEL expression of any type. It sees claims and the vars before it.' },
  },
};

const oidcValidation: JsonSchema = {
  type: 'object',
  description: 'A condition on the claims of an ID token.',
  required: ['expression', 'message'],
  properties: {
    expression: {
      type: 'string',
      description: 'CEL expression of type bool. It sees claims and vars; false rejects the webhook.',
    },
    message: {
      type: 'string',
      description: 'Message that the operator logs when the expression is false.',
    },
  },
};

const oidcProvider: JsonSchema = {
  type: 'object',
  description: 'An issuer of ID tokens, and what its tokens must contain.',
  required: ['issuerURL', 'validations'],
  properties: {
    issuerURL: {
      type: 'string',
      pattern: '^https?://',
      description:
        'URL of the issuer, exactly as in the claim iss. The operator fetches its discovery document and keys there.',
    },
    audience: {
      type: 'string',
      description: `Audience that the claim aud of a token must contain. Defaults to ${DEFAULT_OIDC_AUDIENCE}, also if empty.`,
    },
    variables: {
      type: 'array',
      items: oidcVariable,
      description: 'Named CEL expressions for use in validations, evaluated in order.',
    },
    validations: {
      type: 'array',
      minItems: 1,
      items: oidcValidation,
      description:
        'Conditions on the claims, all of which must be true. A public issuer gives a valid token to anybody, so check ' +
        'a claim that says whose token it is, such as repository_owner for GitHub Actions.',
    },
  },
};

/** @param types the webhook registry's entries, in the order in which people should read them. */
export function receiverSpecSchema(types: readonly ReceiverTypeRule[]): JsonSchema {
  const proofs = types.map(({ name, validatedBy }) => `\n- ${name}: ${validatedBy}`).join('');
  return {
    type: 'object',
    description: 'Webhooks that the operator accepts, and resources that it notifies.',
    required: ['type', 'resources'],
    properties: {
      type: {
        type: 'string',
        enum: types.map(({ name }) => name),
        description: `Sender of the webhooks, which decides how the operator verifies them:${proofs}`,
      },
      interval: {
        type: 'string',
        pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$',
        default: DEFAULT_INTERVAL,
        description:
          'Interval at which the operator reconciles the Receiver without a change, such as 10m or 1h30m. It follows ' +
          'changes of the Receiver and of its Secret at once.',
      },
      events: {
        type: 'array',
        items: {
          type: 'string',
          description:
            'Name of an event, such as push. Case does not matter. For types that carry events a * at the end stands for ' +
            'the rest.',
        },
        description:
          'Events to accept, for types that name the event in a header or carry events. If empty, all events. A webhook ' +
          'without a listed event is answered 400, for types sns, pubsub and eventgrid 200.',
      },
      resources: { type: 'array', items: resourceSchema, description: 'Resources to notify.' },
      resourceFilter: {
        type: 'string',
        description: `CEL expression that decides for each resource whether it is notified. ${FILTER_VARIABLES}`,
      },
      secretRef: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string', description: 'Name of the Secret, in the namespace of the Receiver.' } },
        description:
          'Secret whose key token has the token that the sender knows, and that is a part of the webhook path. Some types ' +
          'need more keys: gcr and pubsub need email and audience, sns topicARNs, standard-webhooks signingSecret, ' +
          'cloudevents one of hmacKey, bearerToken and signingSecret. Required for every type but generic-oidc, which ' +
          'forbids it.',
      },
      oidcProviders: {
        type: 'array',
        items: oidcProvider,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['issuerURL'],
        description: 'Issuers whose ID tokens are accepted. Required for type generic-oidc, forbidden for all others.',
      },
      suspend: {
        type: 'boolean',
        description: 'Suspends the Receiver: webhooks are answered 503, and nothing is reconciled.',
      },
      exposure: exposureSchema,
      deliveries: deliveriesSchema,
      follow: followSchema,
    },
    'x-kubernetes-validations': receiverRules(types).map(({ validation }) => validation),
  };
}
