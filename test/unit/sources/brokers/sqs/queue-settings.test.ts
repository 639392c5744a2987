import { expect, test } from 'vitest';
import { queueSettings } from '../../../../../operator/sources/brokers/sqs/queue-settings.ts';

const policy = (maxReceiveCount: unknown) => JSON.stringify({ deadLetterTargetArn: 'arn', maxReceiveCount });
const none = ['no dead-letter queue, so rejected messages are deleted'];

test.each([
  [{}, { visibilitySeconds: 30, maxReceiveCount: 0, waiting: undefined, notes: none }],
  [
    { VisibilityTimeout: '120', ApproximateNumberOfMessages: '7' },
    { visibilitySeconds: 120, maxReceiveCount: 0, waiting: 7, notes: none },
  ],
  [{ VisibilityTimeout: '0' }, { visibilitySeconds: 30, maxReceiveCount: 0, waiting: undefined, notes: none }],
  [{ RedrivePolicy: policy(10) }, { visibilitySeconds: 30, maxReceiveCount: 10, waiting: undefined, notes: [] }],
  [
    { RedrivePolicy: policy('9') },
    { visibilitySeconds: 30, maxReceiveCount: 9, waiting: undefined, notes: ['maxReceiveCount is 9, under 10'] },
  ],
  [{ RedrivePolicy: '' }, { visibilitySeconds: 30, maxReceiveCount: 0, waiting: undefined, notes: none }],
])('%j means %j', (attributes, settings) => {
  expect(queueSettings(attributes)).toEqual(settings);
});
