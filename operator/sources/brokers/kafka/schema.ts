/** The block `kafka` as the CRD has it. */
import type { JsonSchema } from '../../../api/json-schema.ts';

const TOPIC = '^[a-zA-Z0-9._-]{1,249}$';
const MAX_SERVERS = 32;
const MAX_TOPICS = 64;
const MAX_NAME = 255;
/** Also where a ServiceAccount can be the identity. */
export const IS_OAUTH = "has(self.sasl) && self.sasl.mechanism == 'oauthbearer'";

export const kafkaSchema: JsonSchema = {
  type: 'object',
  description: 'Topics of Apache Kafka, or of what speaks its protocol, such as Azure Event Hubs. They exist already.',
  required: ['bootstrapServers', 'topics', 'consumerGroup'],
  properties: {
    bootstrapServers: {
      type: 'array',
      description: 'Where the cluster is first asked who belongs to it, as `host:port`.',
      minItems: 1,
      maxItems: MAX_SERVERS,
      items: { type: 'string', maxLength: MAX_NAME, pattern: '^([^\\s/@:[\\]]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}$' },
    },
    topics: {
      type: 'array',
      description: 'The topics that are read.',
      minItems: 1,
      maxItems: MAX_TOPICS,
      items: { type: 'string', maxLength: 249, pattern: TOPIC },
    },
    consumerGroup: {
      type: 'string',
      description: 'The group that the replicas share the partitions in. Use one of its own for each object.',
      minLength: 1,
      maxLength: MAX_NAME,
    },
    startFrom: {
      type: 'string',
      enum: ['latest', 'earliest'],
      default: 'latest',
      description: 'Where a group begins that has read nothing yet.',
    },
    deadLetterTopic: {
      type: 'string',
      description: 'The topic that gets what can never be handled. Absent: such messages are passed over.',
      maxLength: 249,
      pattern: TOPIC,
    },
    tls: { type: 'boolean', description: 'Whether connections use TLS. Defaults to false.' },
    sasl: {
      type: 'object',
      description: 'How the operator proves who it is. Absent: by nothing, or by its client certificate.',
      required: ['mechanism'],
      properties: {
        mechanism: {
          type: 'string',
          enum: ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'],
          description:
            'With oauthbearer the token of the ServiceAccount is sent; the others need username and password in the Secret.',
        },
        audience: {
          type: 'string',
          minLength: 1,
          maxLength: 1024,
          description: 'Audience of the token, for oauthbearer.',
        },
      },
    },
  },
  'x-kubernetes-validations': [
    {
      rule: '!has(self.deadLetterTopic) || !(self.deadLetterTopic in self.topics)',
      message: 'deadLetterTopic is one of topics, so a rejected message would come again without end',
      reason: 'FieldValueInvalid',
      fieldPath: '.deadLetterTopic',
    },
    {
      rule: `!(${IS_OAUTH}) || (has(self.tls) && self.tls)`,
      message: 'sasl.mechanism oauthbearer needs tls: true, because a token is sent over TLS only',
      reason: 'FieldValueRequired',
      fieldPath: '.tls',
    },
    {
      rule: `!(${IS_OAUTH}) || has(self.sasl.audience)`,
      message: 'sasl.audience is required for the mechanism oauthbearer',
      reason: 'FieldValueRequired',
      fieldPath: '.sasl.audience',
    },
    {
      rule: `!has(self.sasl) || !has(self.sasl.audience) || ${IS_OAUTH}`,
      message: 'sasl.audience is for the mechanism oauthbearer alone',
      reason: 'FieldValueForbidden',
      fieldPath: '.sasl.audience',
    },
  ],
};
