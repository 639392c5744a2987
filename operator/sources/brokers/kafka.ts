/** Apache Kafka, and what speaks its protocol, such as Azure Event Hubs: topics, read by a consumer group. */
import type { Source, SourceSettings, SourceType } from '../source.ts';
import { SourceError } from '../source-error.ts';
import { blockFault, type KafkaBlock } from './kafka/block.ts';
import { type ClientOptions, clientOptions } from './kafka/connect.ts';
import { createDeadLetters } from './kafka/dead-letters.ts';
import { type Group, joinGroup } from './kafka/group.ts';
import { guardConnections } from './kafka/guard-connections.ts';
import { kafkaError, missing } from './kafka/kafka-error.ts';
import { createKafkaSource, type KafkaSource } from './kafka/kafka-source.ts';
import { IS_OAUTH, kafkaSchema } from './kafka/schema.ts';

export const kafka: SourceType<KafkaBlock> = {
  name: 'kafka',
  schema: kafkaSchema,
  serviceAccountWhen: IS_OAUTH,
  serviceAccountWith: 'sasl.mechanism oauthbearer',
  identity: ({ sasl }) => (sasl?.mechanism === 'oauthbearer' ? 'required' : 'secret-only'),
  title: ({ topics, consumerGroup }) => `${topics.join(', ')} (${consumerGroup})`,
  check: blockFault,
  open,
};

async function open(settings: SourceSettings<KafkaBlock>): Promise<Source> {
  const { block, clock } = settings;
  const options = clientOptions(settings);
  const sdk = await import('../clients/kafka.ts');
  guardConnections(sdk);
  const known: { source: KafkaSource | undefined } = { source: undefined };
  const changed = () => known.source?.wake();
  await findTopics(sdk, options, block);
  const group = await joinGroup({ sdk, block, options, changed }).catch((error: unknown): Group => {
    throw kafkaError(error, block);
  });
  const { deadLetterTopic } = block;
  known.source = createKafkaSource({
    ...{ clock, group },
    fetchPool: new sdk.ConnectionPool(options.clientId, options),
    deadLetters: deadLetterTopic === undefined ? undefined : createDeadLetters(sdk, options, deadLetterTopic),
    explain: (error) => kafkaError(error, block),
  });
  return known.source;
}

/** Each by itself, so that the one that is missing is named. @throws SourceError */
async function findTopics(
  { Producer }: typeof import('../clients/kafka.ts'),
  options: ClientOptions,
  block: KafkaBlock,
): Promise<void> {
  const client = new Producer(options);
  try {
    for (const topic of [...block.topics, block.deadLetterTopic]) {
      if (topic === undefined) continue;
      const found = await client.metadata({ topics: [topic], retries: 0 }).catch((error: unknown) => {
        throw kafkaError(error, block, [topic]);
      });
      if (found.topics.get(topic) === undefined) throw new SourceError('SourceNotFound', missing([topic]));
    }
  } finally {
    await client.close().catch(() => undefined);
  }
}
