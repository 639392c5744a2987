/**
 * `spec.deliveries`, `spec.follow` and `status.lastDelivery` as structural schemas. Flux has none of them. Defaults stand
 * on the inner fields alone: where the parent is absent, none appears in an object.
 */
import {
  DEFAULT_FOLLOW_WITHIN,
  type FollowSpec,
  isFollowWithinAllowed,
  LONGEST_FOLLOW_WITHIN,
  MAX_KEPT_BODIES,
  SHORTEST_FOLLOW_WITHIN,
  unlistedEventsModes,
} from './deliveries.ts';
import type { JsonSchema, ValidationRule } from './json-schema.ts';

/** As text the longest duration that makes sense; the API server's rules need a bound. */
const LONGEST_DURATION_TEXT = 32;

/** @param what is kept: `webhook` or `message`. */
function keepBodies(what: string): JsonSchema {
  return {
    type: 'integer',
    minimum: 0,
    maximum: MAX_KEPT_BODIES,
    default: 0,
    description:
      `Number of verified JSON bodies that each replica keeps in memory, of the last ${what}s, to explain and replay them. ` +
      'Values that look like secrets are replaced before. 0 keeps none.',
  };
}

/** `spec.deliveries` of a Receiver. */
export const deliveriesSchema: JsonSchema = {
  type: 'object',
  description: 'What is kept of webhooks, and how unlisted events are answered.',
  properties: {
    keepBodies: keepBodies('webhook'),
    unlistedEvents: {
      type: 'string',
      enum: unlistedEventsModes,
      default: 'Reject',
      description:
        'Answer to a verified webhook whose event spec.events does not list: Reject answers 400, Accept 200 and notifies ' +
        'nothing, for senders that disable a webhook after a few errors.',
    },
  },
};

/** `spec.deliveries` of a BrokerReceiver. */
export const keptDeliveriesSchema: JsonSchema = {
  type: 'object',
  description: 'What is kept of messages.',
  properties: { keepBodies: keepBodies('message') },
};

export const followSchema: JsonSchema = {
  type: 'object',
  description: 'How resources are followed after they are notified.',
  properties: {
    fresh: {
      type: 'boolean',
      default: true,
      description:
        'Whether a resource that still has the revision from before the announced one is notified again until it has ' +
        'the announced one. --freshness-guard switches it off for all.',
    },
    within: {
      type: 'string',
      maxLength: LONGEST_DURATION_TEXT,
      pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$',
      default: DEFAULT_FOLLOW_WITHIN,
      description:
        `Time within which that is done, from ${SHORTEST_FOLLOW_WITHIN} to ${LONGEST_FOLLOW_WITHIN}. Defaults to ` +
        `${DEFAULT_FOLLOW_WITHIN}.`,
    },
  },
};

/** The bounds of a duration, which a schema cannot say, in the two forms of every rule. */
export const followRule = {
  validation: {
    rule:
      '!has(self.follow) || !has(self.follow.within) || ' +
      `(duration(self.follow.within) >= duration('${SHORTEST_FOLLOW_WITHIN}') && ` +
      `duration(self.follow.within) <= duration('${LONGEST_FOLLOW_WITHIN}'))`,
    message: `within is a duration from ${SHORTEST_FOLLOW_WITHIN} to ${LONGEST_FOLLOW_WITHIN}`,
    reason: 'FieldValueInvalid',
    fieldPath: '.follow.within',
  } satisfies ValidationRule,
  holds: ({ follow }: { readonly follow?: FollowSpec | null }): boolean => isFollowWithinAllowed(follow),
};

/** `status.lastDelivery` of a Receiver. */
export const lastDeliverySchema: JsonSchema = {
  type: 'object',
  description: 'The newest webhook that any replica knows of.',
  properties: {
    time: { type: 'string', format: 'date-time', description: 'When it arrived.' },
    event: { type: 'string', description: 'Name of its event, where its type has one.' },
    verdict: { type: 'string', description: 'What became of it: accepted, pending, refused or ignored.' },
    code: { type: 'string', description: 'Delivered, or the code of the error it was refused with.' },
    revision: { type: 'string', description: 'The revision that it announced, where it announced one.' },
  },
};
