/**
 * Specs of BrokerReceivers that are accepted and refused, one row a rule. The API server and the operator's own validation
 * are held to the same table.
 */
interface SpecRow {
  /** In plain words. */
  readonly name: string;
  readonly spec: unknown;
}

export interface RefusedBrokerSpec extends SpecRow {
  /** What the API server says of it, as a part of its message. */
  readonly apiServer: string;
  /** What the operator says of it. */
  readonly operator: string;
}

const resources = [{ kind: 'ImageRepository', name: 'webapp' }];
const queueURL = 'https://sqs.eu-west-1.amazonaws.com/111122223333/flux-events';
const blocks = {
  sqs: { queueURL },
  pubsub: { subscription: 'projects/acme/subscriptions/flux' },
  nats: { servers: ['nats://nats.queue:4222'], stream: 'HARBOR', consumer: 'sluice' },
  kafka: { bootstrapServers: ['kafka.queue:9092'], topics: ['harbor'], consumerGroup: 'sluice' },
  rabbitmq: { url: 'amqps://rabbit.queue', queue: 'flux' },
};

const sqs = (changes: object = {}) => ({ type: 'sqs', sqs: blocks.sqs, resources, ...changes });
const nats = (changes: object = {}) => ({ type: 'nats', nats: blocks.nats, resources, ...changes });
const kafka = (sasl: object, changes: object) => ({
  type: 'kafka',
  kafka: { ...blocks.kafka, tls: true, sasl },
  resources,
  ...changes,
});
const receiverRef = { name: 'github' };
const carried = (changes: object = {}) => ({ type: 'sqs', sqs: blocks.sqs, receiverRef, ...changes });

export const acceptedBrokerSpecs: readonly SpecRow[] = [
  ...Object.entries(blocks).map(([type, block]) => ({
    name: `type ${type}`,
    spec: { type, [type]: block, resources },
  })),
  {
    name: 'everything that targets take',
    spec: sqs({
      serviceAccountName: 'flux-events',
      certSecretRef: { name: 'ca' },
      events: ['ECR Image Action', 'ObjectCreated:*'],
      resourceFilter: "req.result == 'SUCCESS'",
      resources: [{ kind: 'ImageRepository', name: '*', matchLabels: { registry: 'ecr' }, filter: 'msg.attempt < 3' }],
      format: 'json',
      maxAttempts: 20,
      interval: '1h30m',
      suspend: true,
      deliveries: { keepBodies: 20 },
      follow: { fresh: false, within: '10s' },
    }),
  },
  {
    name: 'a ServiceAccount of Kafka with oauthbearer',
    spec: kafka({ mechanism: 'oauthbearer', audience: 'kafka' }, { serviceAccountName: 'flux-events' }),
  },
  {
    name: 'brokers of Kafka by their IPv6 addresses',
    spec: { type: 'kafka', kafka: { ...blocks.kafka, bootstrapServers: ['[::1]:9092', '[2001:db8::1]:1'] }, resources },
  },
  { name: 'the region that the URL says', spec: sqs({ sqs: { queueURL, region: 'eu-west-1' } }) },
  {
    name: 'the region of a URL that says none',
    spec: sqs({ sqs: { queueURL: 'http://localhost:4566/000000000000/q', region: 'eu-west-1' } }),
  },
  { name: 'a Secret', spec: nats({ secretRef: { name: 'login' } }) },
  { name: 'a Receiver', spec: carried({ maxAttempts: 1 }) },
  { name: 'no resources at all', spec: sqs({ resources: [] }) },
  {
    name: 'null where a field is optional',
    spec: sqs({ events: null, format: null, receiverRef: null, secretRef: null }),
  },
  { name: 'a filter that is no CEL', spec: sqs({ resourceFilter: '((' }) },
];

const forbidden = (field: string, text: string) => ({
  apiServer: `spec.${field}: Forbidden: ${text}`,
  operator: `spec.${field}: ${text}`,
});
const required = (field: string, text: string) => ({
  apiServer: `spec.${field}: Required value: ${text}`,
  operator: `spec.${field}: ${text}`,
});

export const refusedBrokerSpecs: readonly RefusedBrokerSpec[] = [
  {
    name: 'too many bodies to keep',
    spec: sqs({ deliveries: { keepBodies: 21 } }),
    apiServer: 'spec.deliveries.keepBodies: Invalid value: 21',
    operator: 'spec.deliveries.keepBodies must be 20 at most',
  },
  {
    name: 'to follow for too long',
    spec: sqs({ follow: { within: '61m' } }),
    apiServer: 'spec.follow.within: Invalid value: within is a duration from 10s to 1h',
    operator: 'spec.follow.within: within is a duration from 10s to 1h',
  },
  { name: 'no type', spec: { resources }, apiServer: 'spec.type: Required value', operator: 'spec.type is required' },
  {
    name: 'another type',
    spec: { type: 'ftp', resources },
    apiServer: 'spec.type: Unsupported value: "ftp"',
    operator: 'spec.type must be one of sqs',
  },
  ...Object.keys(blocks).map((type) => ({
    name: `type ${type} without its block`,
    spec: { type, resources },
    ...required(type, `type ${type} needs ${type}, the block with its settings`),
  })),
  {
    name: 'the block of another type',
    spec: sqs({ nats: blocks.nats }),
    ...forbidden('nats', 'nats is for type nats alone: remove it, or set type to nats'),
  },
  {
    name: 'a block without what it needs',
    spec: sqs({ sqs: {} }),
    apiServer: 'spec.sqs.queueURL: Required value',
    operator: 'spec.sqs.queueURL is required',
  },
  {
    name: 'a queue whose URL says no region',
    spec: sqs({ sqs: { queueURL: 'http://localhost:4566/000000000000/q' } }),
    apiServer: 'spec.sqs.region: Required value: region is required: queueURL does not say it',
    operator: 'spec.sqs.region is required',
  },
  {
    name: 'a queue whose URL says another region',
    spec: sqs({ sqs: { queueURL, region: 'eu-west-2' } }),
    apiServer: 'spec.sqs.region: Invalid value: queueURL says another region: leave region out',
    operator: 'spec.sqs.region is eu-west-2, but spec.sqs.queueURL says eu-west-1',
  },
  {
    name: 'dead letters of Kafka to a topic that is read',
    spec: { type: 'kafka', kafka: { ...blocks.kafka, deadLetterTopic: 'harbor' }, resources },
    apiServer: 'spec.kafka.deadLetterTopic: Invalid value: deadLetterTopic is one of topics',
    operator: 'spec.kafka.deadLetterTopic is one of kafka.topics',
  },
  {
    name: 'a token for Kafka without TLS',
    spec: {
      type: 'kafka',
      kafka: { ...blocks.kafka, sasl: { mechanism: 'oauthbearer', audience: 'kafka' } },
      resources,
    },
    apiServer: 'spec.kafka.tls: Required value: sasl.mechanism oauthbearer needs tls: true',
    operator: 'spec.kafka.sasl.mechanism oauthbearer needs spec.kafka.tls: true',
  },
  {
    name: 'a token for Kafka without an audience',
    spec: kafka({ mechanism: 'oauthbearer' }, {}),
    apiServer: 'spec.kafka.sasl.audience: Required value: sasl.audience is required',
    operator: 'spec.kafka.sasl.audience is required',
  },
  {
    name: 'an audience for a password',
    spec: kafka({ mechanism: 'plain', audience: 'kafka' }, {}),
    apiServer: 'spec.kafka.sasl.audience: Forbidden: sasl.audience is for the mechanism oauthbearer alone',
    operator: 'spec.kafka.sasl.audience is for the mechanism oauthbearer alone',
  },
  {
    name: 'two identities',
    spec: sqs({ secretRef: { name: 'a' }, serviceAccountName: 'b' }),
    ...forbidden('serviceAccountName', 'serviceAccountName cannot be set together with secretRef: remove one of them'),
  },
  {
    name: 'a ServiceAccount where none can be used',
    spec: nats({ serviceAccountName: 'a' }),
    ...forbidden('serviceAccountName', 'type nats takes no serviceAccountName: set secretRef'),
  },
  {
    name: 'a ServiceAccount of Kafka without oauthbearer',
    spec: kafka({ mechanism: 'plain' }, { serviceAccountName: 'a' }),
    ...forbidden(
      'serviceAccountName',
      'type kafka takes no serviceAccountName but with sasl.mechanism oauthbearer: set secretRef',
    ),
  },
  {
    name: 'neither resources nor a Receiver',
    spec: { type: 'sqs', sqs: blocks.sqs },
    ...required('resources', 'set either resources, or receiverRef alone'),
  },
  {
    name: 'both',
    spec: carried({ resources }),
    ...required('resources', 'set either resources, or receiverRef alone'),
  },
  ...(['events', 'resourceFilter', 'format'] as const).map((field) => ({
    name: `${field} beside a Receiver`,
    spec: carried({ [field]: { events: [], resourceFilter: 'true', format: 'auto' }[field] }),
    ...forbidden(field, `receiverRef takes no ${field}, because the Receiver decides: remove it`),
  })),
  {
    name: 'a Secret of another namespace by its name',
    spec: sqs({ secretRef: { name: '' } }),
    apiServer: 'spec.secretRef.name: Invalid value',
    operator: 'spec.secretRef.name must not be empty',
  },
  ...[0, 21].map((maxAttempts) => ({
    name: `${maxAttempts} attempts`,
    spec: sqs({ maxAttempts }),
    apiServer: 'spec.maxAttempts: Invalid value',
    operator: 'spec.maxAttempts must be',
  })),
  {
    name: 'another format',
    spec: sqs({ format: 'xml' }),
    apiServer: 'spec.format: Unsupported value: "xml"',
    operator: 'spec.format must be one of auto, json',
  },
  {
    name: 'an interval without a unit',
    spec: sqs({ interval: '10' }),
    apiServer: 'spec.interval: Invalid value',
    operator: 'spec.interval must match',
  },
];
