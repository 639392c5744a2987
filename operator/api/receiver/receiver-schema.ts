/**
 * `spec` of a Receiver as a structural schema. The CRD publishes it, validateReceiver applies it again. Nothing in it is
 * stricter than what Flux's own CRD accepts, so there are no limits here beside Flux's.
 */
import { exposureSchema } from '../exposure-schema.ts';
import { fluxKinds } from '../flux-kinds.ts';
import type { JsonSchema } from '../json-schema.ts';
import { DEFAULT_INTERVAL, DEFAULT_OIDC_AUDIENCE } from './receiver.ts';
import { type ReceiverTypeRule, receiverRules } from './receiver-rules.ts';

const FILTER_VARIABLES =
  'It sees req (the JSON body of the webhook), res (apiVersion, kind and metadata of the resource) and, for type ' +
  'generic-oidc only, claims (of the verified ID token). An expression that does not compile, or that is not of type ' +
  'bool, makes the Receiver stalled; one that fails while it runs answers the sender with 500.';

const versionOptional = fluxKinds.filter((kind) => kind.versionOptional).map(({ kind }) => kind);

const resource: JsonSchema = {
  type: 'object',
  description: 'One resource, or with name * all that the labels select in one namespace.',
  required: ['kind', 'name'],
  properties: {
    apiVersion: {
      type: 'string',
      description:
        'API group and version of the resource, such as source.toolkit.fluxcd.io/v1. May be left out for the kinds ' +
        `${versionOptional.slice(0, -1).join(', ')} and ${versionOptional.at(-1)}.`,
    },
    kind: {
      type: 'string',
      description:
        'Kind of the resource: one of Flux, or any other that the operator may patch and that watches the annotation ' +
        'reconcile.fluxcd.io/requestedAt.',
    },
    name: {
      type: 'string',
      minLength: 1,
      maxLength: 253,
      description: 'Name of the resource, or * for all that matchLabels selects.',
    },
    namespace: {
      type: 'string',
      minLength: 1,
      maxLength: 253,
      description:
        'Namespace of the resource; left out: the namespace of the Receiver. Another one is refused where the operator ' +
        'runs with --no-cross-namespace-refs.',
    },
    matchLabels: {
      type: 'object',
      additionalProperties: { type: 'string', description: 'The value that the label must have.' },
      description:
        'With name *: the labels, all of them, that a resource must carry; {} selects every resource of the kind in the ' +
        'namespace. Required with name *, ignored with any other name.',
    },
    filter: {
      type: 'string',
      description: `CEL expression that decides about this entry, in addition to spec.resourceFilter: both must hold. ${FILTER_VARIABLES}`,
    },
  },
};

const oidcVariable: JsonSchema = {
  type: 'object',
  description: 'A part of an expression with a name.',
  required: ['name', 'expression'],
  properties: {
    name: {
      type: 'string',
      description: 'Name under which later expressions read it, as vars.<name>: a CEL identifier.',
    },
    expression: { type: 'string', description: 'CEL expression of any type over claims and the vars before it.' },
  },
};

const oidcValidation: JsonSchema = {
  type: 'object',
  description: 'A condition on the claims of the ID token.',
  required: ['expression', 'message'],
  properties: {
    expression: {
      type: 'string',
      description: 'CEL expression of type bool over claims and vars; false refuses the webhook.',
    },
    message: {
      type: 'string',
      description: 'What is wrong when the expression is false, for the log of the operator.',
    },
  },
};

const oidcProvider: JsonSchema = {
  type: 'object',
  description: 'An issuer of ID tokens and what its tokens must say.',
  required: ['issuerURL', 'validations'],
  properties: {
    issuerURL: {
      type: 'string',
      pattern: '^https?://',
      description:
        'URL of the issuer, exactly as the claim iss spells it. Its discovery document and keys are fetched from there.',
    },
    audience: {
      type: 'string',
      description: `What the claim aud of a token must contain; left out or empty: ${DEFAULT_OIDC_AUDIENCE}.`,
    },
    variables: {
      type: 'array',
      items: oidcVariable,
      description: 'Named CEL expressions, evaluated in order, that keep the validations short.',
    },
    validations: {
      type: 'array',
      minItems: 1,
      items: oidcValidation,
      description:
        'Conditions of which all must hold. At least one is needed: a public issuer gives a valid token to anybody, so ' +
        'the claims must say whose token it is, such as repository_owner for GitHub Actions.',
    },
  },
};

/** @param types the webhook registry's entries, in the order in which people should read them. */
export function receiverSpecSchema(types: readonly ReceiverTypeRule[]): JsonSchema {
  const proofs = types.map(({ name, validatedBy }) => `\n- ${name}: ${validatedBy}`).join('');
  return {
    type: 'object',
    description: 'Which webhooks are accepted, and which resources they make reconcile.',
    required: ['type', 'resources'],
    properties: {
      type: {
        type: 'string',
        enum: types.map(({ name }) => name),
        description: `Who sends the webhooks, and so how they are proved genuine:${proofs}`,
      },
      interval: {
        type: 'string',
        pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$',
        default: DEFAULT_INTERVAL,
        description:
          'How often the Receiver is reconciled without a change, such as 10m or 1h30m. Changes of the ' +
          'Receiver and of its Secret are seen at once.',
      },
      events: {
        type: 'array',
        items: { type: 'string', description: 'Name of an event, such as push; upper and lower case are the same.' },
        description:
          'The events that are accepted, where the type names one in a header; others are answered 400. Empty: all.',
      },
      resources: { type: 'array', items: resource, description: 'The resources that a webhook makes reconcile.' },
      resourceFilter: {
        type: 'string',
        description: `CEL expression that decides for each resource whether it reconciles. ${FILTER_VARIABLES}`,
      },
      secretRef: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string', description: 'Name of the Secret, in the namespace of the Receiver.' } },
        description:
          'The Secret whose key token holds the token shared with the sender; part of the webhook path, too. For type ' +
          'gcr it also has the keys email and audience. Every type needs it but generic-oidc, which refuses it.',
      },
      oidcProviders: {
        type: 'array',
        items: oidcProvider,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['issuerURL'],
        description: 'The issuers whose ID tokens are accepted: for type generic-oidc, which needs one, and no other.',
      },
      suspend: {
        type: 'boolean',
        description: 'True: the Receiver is left as it is, and its webhooks are answered 503.',
      },
      exposure: exposureSchema,
    },
    'x-kubernetes-validations': receiverRules(types).map(({ validation }) => validation),
  };
}
