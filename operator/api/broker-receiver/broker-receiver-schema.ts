/** `spec` and `status` of a BrokerReceiver as structural schemas. */

import { conditionsSchema } from '../condition-schema.ts';
import { followSchema, keptDeliveriesSchema } from '../deliveries-schema.ts';
import type { JsonSchema } from '../json-schema.ts';
import { DEFAULT_INTERVAL } from '../receiver/receiver.ts';
import { resourceSchema } from '../receiver/receiver-schema.ts';
import { reconcileStatusSchema } from '../reconcile-status-schema.ts';
import { BROKER_RECEIVER_KIND, DEFAULT_MAX_ATTEMPTS, payloadFormats } from './broker-receiver.ts';
import { type BrokerTypeRule, brokerReceiverRules } from './broker-receiver-rules.ts';

/** Of a name that Kubernetes gives an object. */
const NAME = { type: 'string', minLength: 1, maxLength: 253 } as const;

const FILTER_VARIABLES =
  'It sees req (the innermost payload as a JSON object), res (apiVersion, kind and metadata of the resource) and msg ' +
  '(type, source, subject, id, time, attributes, attempt, broker, path of the message). An expression that does not ' +
  'compile, or that is not of type bool, makes the BrokerReceiver stalled; one that fails while it runs rejects the message.';

const resource: JsonSchema = {
  ...resourceSchema,
  properties: {
    ...resourceSchema.properties,
    filter: {
      type: 'string',
      description: `CEL expression that decides whether the resources of this entry are notified; spec.resourceFilter must be true too. ${FILTER_VARIABLES}`,
    },
  },
};

function nameOf(what: string, description: string): JsonSchema {
  return {
    type: 'object',
    required: ['name'],
    properties: { name: { ...NAME, description: `Name of the ${what}, in the namespace of the BrokerReceiver.` } },
    description,
  };
}

const identity: Readonly<Record<string, JsonSchema>> = {
  secretRef: nameOf(
    'Secret',
    'Secret with the credentials for the broker; the page of the type lists its keys. Not together with serviceAccountName.',
  ),
  serviceAccountName: {
    ...NAME,
    description:
      'ServiceAccount, in the namespace of the BrokerReceiver, whose token is exchanged for credentials of the broker. ' +
      'The operator must have the right to create its tokens (sources.serviceAccounts of the manifests). If neither ' +
      'this nor secretRef is set, --default-service-account.',
  },
  certSecretRef: nameOf(
    'Secret',
    "Secret whose key ca.crt has the certificates of the authority that signed the broker's; with tls.crt and tls.key " +
      'the operator shows a certificate of its own.',
  ),
};

/** @param types the entries of the registry of sources, in the order in which people should read them. */
export function brokerReceiverSpecSchema(types: readonly BrokerTypeRule[]): JsonSchema {
  return {
    type: 'object',
    description: 'A broker whose messages the operator receives, and resources that it notifies.',
    required: ['type'],
    properties: {
      type: {
        type: 'string',
        enum: types.map(({ name }) => name),
        description: 'The broker. Its settings stand in the block of the same name.',
      },
      ...Object.fromEntries(types.map(({ name, schema }) => [name, schema])),
      ...identity,
      events: {
        type: 'array',
        items: { type: 'string', description: 'A type of event; with * at its end, the beginning of one.' },
        description:
          'Events to accept, compared with msg.type without regard to case. Messages of other events are ' +
          'acknowledged and notify nothing. If empty, all; a message without a type is accepted only then.',
      },
      resources: {
        type: 'array',
        items: resource,
        description: 'Resources to notify. Exactly one of resources and receiverRef is set.',
      },
      receiverRef: nameOf(
        'Receiver',
        'Receiver that verifies, filters and answers each message as if it had come as a webhook: the body is the body, ' +
          'the attributes are the headers.',
      ),
      resourceFilter: {
        type: 'string',
        description: `CEL expression that decides for each resource whether it is notified. ${FILTER_VARIABLES}`,
      },
      format: {
        type: 'string',
        enum: payloadFormats,
        description:
          'auto (the default) unwraps the envelopes of known services, so that req is the innermost payload; json takes the body as it is.',
      },
      maxAttempts: {
        type: 'integer',
        minimum: 1,
        maximum: 20,
        default: DEFAULT_MAX_ATTEMPTS,
        description:
          'Attempts at a message whose resources cannot be notified although the API server answers; then it is rejected.',
      },
      interval: {
        type: 'string',
        pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$',
        default: DEFAULT_INTERVAL,
        description: "Interval at which the operator reads the broker's own settings again, such as 10m or 1h30m.",
      },
      suspend: {
        type: 'boolean',
        description: 'Suspends the BrokerReceiver: nothing is received, and what is held is given back.',
      },
      deliveries: keptDeliveriesSchema,
      follow: followSchema,
    },
    'x-kubernetes-validations': brokerReceiverRules(types).map(({ validation }) => validation),
  };
}

export const brokerReceiverStatusSchema: JsonSchema = {
  type: 'object',
  description: 'Observed state of the BrokerReceiver.',
  default: { observedGeneration: -1 },
  properties: {
    conditions: conditionsSchema(
      BROKER_RECEIVER_KIND,
      ['Ready', 'Reconciling', 'Stalled', 'ResolvedRefs', 'Delivering'],
      ['Succeeded', 'Unreachable', 'InvalidCELExpression'],
    ),
    ...reconcileStatusSchema(BROKER_RECEIVER_KIND),
    lastMessageTime: {
      type: 'string',
      format: 'date-time',
      description: 'When the last message was received; written at most once a minute.',
    },
  },
};
