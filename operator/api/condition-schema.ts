/** metav1.Condition as a structural schema, with the limits that Kubernetes sets for all conditions. */
import type { JsonSchema } from './json-schema.ts';

const TYPE_PATTERN =
  '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$';

/**
 * `status.conditions` of a kind.
 * @param kind whose state the conditions describe.
 * @param types of its conditions, in the order in which people should read them.
 * @param reasons a few of them, as examples.
 */
export function conditionsSchema(kind: string, types: readonly string[], reasons: readonly string[]): JsonSchema {
  const either = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
  return {
    type: 'array',
    description: `The state of the ${kind}, as conditions.`,
    items: {
      type: 'object',
      description: `One aspect of the state of the ${kind}.`,
      required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
      properties: {
        type: { type: 'string', maxLength: 316, pattern: TYPE_PATTERN, description: `${either(types)}.` },
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
          description: `Why, in one word for programs, such as ${either(reasons)}.`,
        },
        message: {
          type: 'string',
          maxLength: 32768,
          description: 'Why, in a sentence for people, with what to change.',
        },
      },
    },
  };
}
