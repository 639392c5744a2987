/** What explanations are asked with, and what they answer, as JSON Schema of 2020-12. */
import type { TargetOutcome } from '../explain/explanation.ts';
import type { ApiSchema } from './route.ts';

const OUTCOMES: readonly TargetOutcome[] = ['annotated', 'filtered', 'refused', 'ignored'];

const text: ApiSchema = { type: 'string' };
const count: ApiSchema = { type: 'integer', minimum: 0 };
const flag: ApiSchema = { type: 'boolean' };
const outcome: ApiSchema = { enum: OUTCOMES };
const node: ApiSchema = { $ref: '#/components/schemas/TraceNode' };

function object(properties: Readonly<Record<string, ApiSchema>>, optional: readonly string[] = []): ApiSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', required, properties, additionalProperties: false };
}

/** Of `POST …/explain`. */
export const explainBody: ApiSchema = {
  type: 'object',
  properties: {
    delivery: {
      ...text,
      description: 'The id of a delivery whose body is kept; beside whatIf, which asks about all, it may be there',
    },
    payload: { description: 'In place of a delivery: a body, as JSON or as its text' },
    headers: { type: 'object', additionalProperties: text, description: 'That go with payload' },
    resourceFilter: { ...text, description: 'In place of that of the Receiver; empty: none' },
    resources: {
      type: 'array',
      items: { type: 'object', properties: { filter: text }, additionalProperties: false },
      description: 'Filters in place of those of the entries of spec.resources, in their order',
    },
    whatIf: { ...flag, description: 'What the filters would have made of every body that is kept' },
  },
  additionalProperties: false,
};

export const explainSchemas = {
  TraceNode: object(
    {
      text: { ...text, description: 'The sub-expression' },
      from: { ...count, description: 'Its place in the filter, in characters' },
      to: count,
      value: { type: ['string', 'number', 'boolean', 'null'], description: 'At most 256 characters of it' },
      error: text,
      'not evaluated': { const: true },
      decides: { ...flag, description: 'Whether it made the filter what it is' },
      children: { type: 'array', items: node },
    },
    ['value', 'error', 'not evaluated'],
  ),
  Explanation: object({
    request: object({
      path: { enum: ['known', 'unknown', 'skipped'] },
      type: text,
      proof: { enum: ['good', 'bad', 'skipped'] },
      contentType: text,
      event: text,
      eventListed: flag,
    }),
    targets: {
      type: 'array',
      items: object({
        ref: { ...text, description: 'Kind/namespace/name' },
        entry: { ...text, description: 'The entry that selects it, such as spec.resources[0]' },
        outcome,
        code: text,
        tree: object({ resourceFilter: node, filter: node }, ['resourceFilter', 'filter']),
        text,
      }),
    },
    answer: object({ status: { type: 'integer' }, code: text }),
    text: { ...text, description: 'All of it for people' },
  }),
  WhatIf: object(
    {
      total: count,
      changed: count,
      items: { type: 'array', items: object({ id: text, before: outcome, after: outcome }) },
      partial: { type: 'array', items: text, description: 'The replicas whose bodies are missing' },
      text,
    },
    ['partial'],
  ),
} as const satisfies Readonly<Record<string, ApiSchema>>;
