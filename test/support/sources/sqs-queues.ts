/** Makes queues and puts messages into them, as their owner would. */
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

export interface SqsQueues {
  /** @returns its URL, with the origin of the server. */
  make(name: string, attributes?: Readonly<Record<string, string>>): Promise<string>;
  /** Makes it with a dead-letter queue of its own. @returns the URLs of both. */
  makeWithDeadLetters(name: string, maxReceiveCount: number): Promise<{ url: string; deadLetters: string }>;
  send(url: string, body: string, attributes?: Record<string, MessageAttributeValue>): Promise<string>;
  /** Messages that wait, and that are hidden. */
  counts(url: string): Promise<{ waiting: number; hidden: number }>;
  /** The bodies of all that wait; they are hidden by that. */
  bodies(url: string): Promise<string[]>;
  /** Ends the time for which a message was hidden. */
  show(url: string, receiptHandle: string): Promise<void>;
  remove(url: string): Promise<void>;
  stop(): void;
}

/** @param url of the server. */
export function sqsQueues(url: string): SqsQueues {
  const credentials = { accessKeyId: 'owner', secretAccessKey: 'owner' };
  const client = new SQSClient({ endpoint: url, region: 'eu-west-1', credentials });
  const attribute = async (QueueUrl: string, ...names: string[]) => {
    const AttributeNames = names as ['QueueArn'];
    return (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }))).Attributes ?? {};
  };
  const make: SqsQueues['make'] = async (QueueName, Attributes = {}) => {
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
    return url + new URL(QueueUrl).pathname;
  };
  return {
    make,
    async makeWithDeadLetters(name, maxReceiveCount) {
      const deadLetters = await make(`${name}-dead`);
      const { QueueArn } = await attribute(deadLetters, 'QueueArn');
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: QueueArn, maxReceiveCount: String(maxReceiveCount) });
      return { url: await make(name, { RedrivePolicy }), deadLetters };
    },
    async send(QueueUrl, MessageBody, MessageAttributes = {}) {
      const fifo = QueueUrl.endsWith('.fifo') && { MessageGroupId: 'group', MessageDeduplicationId: MessageBody };
      const { MessageId = '' } = await client.send(
        new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes, ...fifo }),
      );
      return MessageId;
    },
    async counts(queueUrl) {
      const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
      const found = await attribute(queueUrl, ...names);
      return { waiting: Number(found[names[0]]), hidden: Number(found[names[1]]) };
    },
    async bodies(QueueUrl) {
      const bodies: string[] = [];
      for (;;) {
        const answer = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
        const found = answer.Messages ?? [];
        if (found.length === 0) return bodies;
        bodies.push(...found.map(({ Body = '' }) => Body));
      }
    },
    async show(QueueUrl, ReceiptHandle) {
      await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    },
    async remove(QueueUrl) {
      await client.send(new DeleteQueueCommand({ QueueUrl }));
    },
    stop: () => client.destroy(),
  };
}
