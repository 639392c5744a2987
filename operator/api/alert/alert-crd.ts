/** The CustomResourceDefinition of Alerts. Nothing in it is stricter than what Flux's own accepts. */
import { crd } from '../crd.ts';
import { fluxKinds } from '../flux-kinds.ts';
import type { JsonSchema } from '../json-schema.ts';
import { ALERT_KIND, ALERT_PLURAL, ALERTING_VERSION } from './alert.ts';

const eventSource: JsonSchema = {
  type: 'object',
  description: 'One object, or with name * all of one kind, whose events the Alert takes.',
  required: ['kind', 'name'],
  properties: {
    apiVersion: { type: 'string', description: 'API version of the object. It is accepted and not compared.' },
    kind: {
      type: 'string',
      description: `Kind of the object: one of Flux (${fluxKinds.map(({ kind }) => kind).join(', ')}), or any other whose controller sends events.`,
    },
    name: {
      type: 'string',
      minLength: 1,
      maxLength: 253,
      description: 'Name of the object, or * for every object of the kind.',
    },
    namespace: {
      type: 'string',
      minLength: 1,
      maxLength: 253,
      description:
        'Namespace of the object; left out: the namespace of the Alert. Another one is refused where the operator runs ' +
        'with --no-cross-namespace-refs. * means every namespace where it runs with --alerts-all-namespaces, else none.',
    },
    matchLabels: {
      type: 'object',
      additionalProperties: { type: 'string', description: 'The value that the label must have.' },
      description: 'The labels, all of them, that the object must have when its event comes.',
    },
  },
};

const expressions = (description: string): JsonSchema => ({
  type: 'array',
  description: `${description} RE2 syntax; an expression may match anywhere in the message.`,
  items: { type: 'string', description: 'A regular expression.' },
});

const spec: JsonSchema = {
  type: 'object',
  description: 'Which events are sent, and through which Provider.',
  required: ['eventSources', 'providerRef'],
  properties: {
    providerRef: {
      type: 'object',
      description: 'The Provider that sends the notifications, in the namespace of the Alert.',
      required: ['name'],
      properties: { name: { type: 'string', description: 'Name of the Provider.' } },
    },
    eventSources: {
      type: 'array',
      description: 'The objects whose events the Alert takes. An empty list takes none.',
      items: eventSource,
    },
    eventSeverity: {
      type: 'string',
      enum: ['info', 'error'],
      default: 'info',
      description: 'error takes only events of severity error; info takes all.',
    },
    inclusionList: expressions('Only events whose message matches one of these expressions are taken.'),
    exclusionList: expressions(
      'Events whose message matches one of these expressions are not taken, also where inclusionList matches.',
    ),
    eventMetadata: {
      type: 'object',
      additionalProperties: { type: 'string', description: 'The value.' },
      description: 'Metadata that are added to each event. Those of the controller that sent it are stronger.',
    },
    summary: {
      type: 'string',
      maxLength: 255,
      description: 'Deprecated: use eventMetadata.summary. A text that is added to the metadata under the key summary.',
    },
    suspend: { type: 'boolean', description: 'true takes no events.' },
    filterExpr: {
      type: 'string',
      description:
        'CEL expression of type bool over event, the event as JSON with its combined metadata: only events for which it ' +
        'is true are taken. Where it does not compile or fails, an Event on the Alert says so and the event is taken.',
    },
    messageExpr: {
      type: 'string',
      description:
        'CEL expression of type string over event and alert: what is sent in place of the message. Where it does not ' +
        "compile or fails, an Event on the Alert says so and the event's own message is sent.",
    },
  },
};

export const alertCrd = crd({
  kind: ALERT_KIND,
  plural: ALERT_PLURAL,
  version: ALERTING_VERSION,
  formerVersions: ['v1beta1', 'v1beta2'],
  description: 'An Alert names the objects whose events are sent, and the Provider that sends them.',
  spec,
  columns: [],
});
