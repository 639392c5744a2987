/** The block `kafka` as the CRD has it. */
import type { JsonSchema } from '../../../api/json-schema.ts';

const TOPIC = '^[a-zA-Z0-9._-]{1,249}$';
const MAX_SERVERS = 32;
const MAX_TOPICS = 64;
const MAX_NAME = 255;

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
      items: { type: 'string', maxLength: MAX_NAME, pattern: '^[^\\s/@:]+:[0-9]{1,5}$' },
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
      description: 'Where a group begins that has read nothing yet. Defaults to latest.',
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
        audience: { type: 'string', maxLength: 1024, description: 'Audience of the token, for oauthbearer.' },
      },
    },
  },
};
