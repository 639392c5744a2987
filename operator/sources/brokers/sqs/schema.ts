/** The block `sqs` as the CRD has it. */
import type { JsonSchema } from '../../../api/json-schema.ts';
import { REGION_PATTERN, URL_WITH_REGION } from './queue.ts';

const MAX_URL = 1024;
const MAX_TOPICS = 50;
/** Of a URL that says its region. */
const SAYS_REGION = ["'sqs.' + self.region + '.'", "'sqs-fips.' + self.region + '.'", "'//' + self.region + '.queue.'"]
  .map((part) => `self.queueURL.contains(${part})`)
  .join(' || ');

export const sqsSchema: JsonSchema = {
  type: 'object',
  description: 'An Amazon SQS queue. It exists already; FIFO queues work too.',
  required: ['queueURL'],
  properties: {
    queueURL: {
      type: 'string',
      description: "The queue's URL, as `aws sqs get-queue-url` prints it.",
      maxLength: MAX_URL,
      pattern: '^https?://[^/?#@\\s]+(/[A-Za-z0-9_-]+)*/[A-Za-z0-9_-]{1,80}([.]fifo)?$',
    },
    region: {
      type: 'string',
      description: "The queue's region; required where `queueURL` does not say it.",
      maxLength: 64,
      pattern: `^${REGION_PATTERN}$`,
    },
    endpoint: {
      type: 'string',
      description: 'The address that calls go to instead of the one in `queueURL`, for a VPC endpoint: http or https.',
      maxLength: MAX_URL,
      pattern: '^https?://[^/?#@\\s]+/?$',
    },
    topicARNs: {
      type: 'array',
      description:
        'SNS topics whose messages are taken. Each message must then be an SNS envelope with a valid signature, so raw message delivery is off. Empty: whatever the queue has.',
      maxItems: MAX_TOPICS,
      items: {
        type: 'string',
        maxLength: MAX_URL,
        pattern: '^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}([.]fifo)?$',
      },
    },
  },
  'x-kubernetes-validations': [
    {
      rule: `has(self.region) || self.queueURL.matches('${URL_WITH_REGION}')`,
      message: 'region is required: queueURL does not say it',
      reason: 'FieldValueRequired',
      fieldPath: '.region',
    },
    {
      rule: `!has(self.region) || !self.queueURL.matches('${URL_WITH_REGION}') || ${SAYS_REGION}`,
      message: 'queueURL says another region: leave region out',
      reason: 'FieldValueInvalid',
      fieldPath: '.region',
    },
  ],
};
