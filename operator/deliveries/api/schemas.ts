/** What the API answers, as JSON Schema of 2020-12, for its description. */
import { TARGET_OUTCOMES } from '../records/record.ts';
import { explainSchemas } from './explain-schemas.ts';
import type { ApiSchema } from './route.ts';

type SchemaName =
  | 'ObjectRef'
  | 'Follow'
  | 'Target'
  | 'Delivery'
  | 'Condition'
  | 'Object'
  | 'UnknownCall'
  | 'Settings'
  | keyof typeof explainSchemas
  | 'Problem';

const text: ApiSchema = { type: 'string' };
const count: ApiSchema = { type: 'integer', minimum: 0 };
const time: ApiSchema = { type: 'string', format: 'date-time' };

function object(properties: Readonly<Record<string, ApiSchema>>, optional: readonly string[] = []): ApiSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', required, properties, additionalProperties: false };
}

function described(schema: ApiSchema, description: string): ApiSchema {
  return { ...schema, description };
}

const verdict: ApiSchema = { enum: ['accepted', 'pending', 'refused', 'ignored'] };

const follow = object(
  {
    state: { enum: ['waiting', 'lagging', 'fresh', 'superseded', 'failed', 'suspended', 'unfollowed'] },
    handledAt: time,
    revision: text,
    artifactAt: time,
    appliedAt: time,
    nudges: count,
    message: text,
  },
  ['handledAt', 'revision', 'artifactAt', 'appliedAt', 'nudges', 'message'],
);

const target = object(
  {
    ref: described(text, 'Kind/namespace/name'),
    outcome: { enum: TARGET_OUTCOMES },
    code: text,
    requestedAt: text,
    follow: schemaOf('Follow'),
  },
  ['code', 'requestedAt', 'follow'],
);

const always = {
  id: described(text, 'Unique over replicas and restarts; sorts by time'),
  at: described(time, 'Its arrival'),
  lastAt: described(time, 'The arrival of the last one that it stands for'),
  ms: described({ type: 'number', minimum: 0 }, 'From its head to its answer'),
  bytes: described(count, 'Of its body'),
  replica: text,
  object: schemaOf('ObjectRef'),
  type: described(text, 'Of the object'),
  origin: { enum: ['http', 'replayed', 'broker', 'catch-up'] },
  verdict,
  code: described(text, 'Of the table of errors; Delivered where nothing is wrong'),
  repeated: described({ type: 'integer', minimum: 1 }, 'How many requests it stands for'),
  targets: { type: 'array', items: schemaOf('Target'), maxItems: 16 },
  targetCounts: {
    type: 'object',
    properties: Object.fromEntries(TARGET_OUTCOMES.map((outcome) => [outcome, count])),
    additionalProperties: false,
  },
};

const sometimes = {
  event: text,
  providerId: described(text, "The sender's id of the delivery"),
  from: described(text, "The sender's address"),
  userAgent: text,
  status: described({ type: 'integer' }, 'Of the answer'),
  credential: { enum: ['token', 'previousToken'] },
  announced: object({ ref: text, before: text, revision: text }, ['ref', 'before', 'revision']),
  duplicateOf: described(text, 'The id of the first one with the same providerId'),
  follow: schemaOf('Follow'),
  provider: text,
  involved: described(text, 'Kind/namespace/name'),
  reason: text,
  severity: text,
  attempts: count,
  body: { enum: ['kept', 'TooLarge'] },
  redacted: { type: 'boolean' },
};

const statusOfCondition: ApiSchema = { enum: ['True', 'False', 'Unknown'] };

const condition = object(
  {
    type: text,
    status: statusOfCondition,
    reason: text,
    message: text,
    lastTransitionTime: time,
    observedGeneration: count,
  },
  ['observedGeneration'],
);

const shownObject = object(
  {
    object: schemaOf('ObjectRef'),
    type: described(text, 'Of an Alert that of its Provider'),
    url: described(text, 'With its path; for who may get the object'),
    conditions: { type: 'array', items: schemaOf('Condition') },
    lastDelivery: object({ time, event: text, verdict, code: text, revision: text }, ['event', 'revision']),
    counts: object({
      hours: {
        type: 'array',
        items: object({ accepted: count, refused: count }),
        minItems: 24,
        maxItems: 24,
        description: 'The last 24, from the oldest; the hour that is not over is the last',
      },
    }),
    pushToArtifactMs: described({ type: 'number', minimum: 0 }, 'The median, from the arrival to the artifact'),
    resolved: object({ status: statusOfCondition, reason: text, message: text }),
    filters: described(
      object(
        {
          resourceFilter: text,
          resources: { type: 'array', items: object({ kind: text, name: text, filter: text }, ['filter']) },
        },
        ['resourceFilter'],
      ),
      'Of a Receiver, where it alone is asked for',
    ),
  },
  ['url', 'lastDelivery', 'pushToArtifactMs', 'resolved', 'filters'],
);

const problem = object(
  {
    type: { const: 'about:blank' },
    title: text,
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: text,
    code: text,
    parameter: text,
  },
  ['parameter'],
);

/** By the names that {@link schemaOf} takes. */
export const schemas = {
  ObjectRef: object({ kind: { enum: ['Receiver', 'BrokerReceiver', 'Alert'] }, namespace: text, name: text }),
  Follow: follow,
  Target: target,
  Delivery: object({ ...always, ...sometimes }, Object.keys(sometimes)),
  Condition: condition,
  Object: shownObject,
  UnknownCall: object({ at: time, from: text, method: text, code: text }, ['from']),
  Settings: object({ replica: text, actions: { type: 'boolean' }, records: { type: 'boolean' }, links: text }, [
    'links',
  ]),
  ...explainSchemas,
  Problem: problem,
} as const satisfies Readonly<Record<SchemaName, ApiSchema>>;

/** Refers to one of {@link schemas}. */
export function schemaOf(name: SchemaName): ApiSchema {
  return { $ref: `#/components/schemas/${name}` };
}

/** A list of such items. */
export function listOf(items: ApiSchema): ApiSchema {
  return object({
    items: { type: 'array', items, maxItems: 100 },
    continue: described(text, 'For the next part; empty where there is none'),
    partial: described({ type: 'array', items: text }, 'The replicas whose part is missing'),
    recordingSince: described({ type: 'object', additionalProperties: time }, 'Since when each replica remembers'),
  });
}

/** The parameters of every list. */
export const listQuery = {
  limit: { description: 'How many at most', schema: { type: 'integer', minimum: 1, maximum: 100, default: 100 } },
  continue: { description: 'What the list before gave', schema: text },
};
