/** Fetches the next records of partitions from the broker that leads them. */

import type { Consumer } from './group.ts';
import type { FetchedRecord, Partition } from './partition.ts';

type Client = typeof import('../../clients/kafka.ts');
type Fetched = Awaited<ReturnType<Consumer['fetch']>>;
type Batch = NonNullable<Fetched['responses'][number]['partitions'][number]['records']>[number];

/** How long a broker waits for a record: a receive that finds none takes no longer. */
const MAX_WAIT_MS = 5_000;
/** Of one answer; a record that is larger comes alone. */
const MAX_BYTES = 1024 * 1024;
const NO_EPOCH = -1;
/** Bit of a batch's attributes: it says what became of a transaction. */
const IS_CONTROL = 1 << 5;

export interface Request {
  readonly node: number;
  readonly partitions: readonly Partition[];
  /** The ids of the topics, by their names. */
  readonly topicIds: ReadonlyMap<string, string>;
}

/** By the brokers that lead them. @throws what the client throws */
export async function requestsFor(consumer: Consumer, partitions: readonly Partition[]): Promise<readonly Request[]> {
  const topics = [...new Set(partitions.map(({ topic }) => topic))];
  const metadata = await consumer.metadata({ topics });
  const topicIds = new Map(topics.map((topic) => [topic, metadata.topics.get(topic)?.id ?? '']));
  const byNode = Map.groupBy(
    partitions,
    ({ topic, index }) => metadata.topics.get(topic)?.partitions[index]?.leader ?? NO_EPOCH,
  );
  return [...byNode].map(([node, led]) => ({ node, partitions: led, topicIds }));
}

/** Puts what came behind what waits. @throws what the client throws */
export async function fetchInto(
  consumer: Consumer,
  connectionPool: InstanceType<Client['ConnectionPool']>,
  { node, partitions, topicIds }: Request,
  isCurrent: () => boolean,
): Promise<void> {
  const topics = partitions.map(({ topic, index, position }) => ({
    topicId: topicIds.get(topic) ?? '',
    partitions: [
      {
        partition: index,
        fetchOffset: position,
        partitionMaxBytes: MAX_BYTES,
        currentLeaderEpoch: NO_EPOCH,
        lastFetchedEpoch: NO_EPOCH,
      },
    ],
  }));
  const fetched = await consumer.fetch({ node, topics, connectionPool, maxWaitTime: MAX_WAIT_MS, maxBytes: MAX_BYTES });
  if (!isCurrent()) return;
  for (const { topicId, partitions: answered } of fetched.responses) {
    for (const { partitionIndex, records, lastStableOffset } of answered) {
      const partition = partitions.find(
        (each) => each.index === partitionIndex && topicIds.get(each.topic) === topicId,
      );
      // What lingers of an earlier fetch was not asked for.
      if (partition === undefined) continue;
      if (lastStableOffset > partition.end) partition.end = lastStableOffset;
      for (const batch of records ?? []) take(partition, batch);
    }
  }
}

/** A broker answers with whole batches: those records that came before were handled before. */
function take(partition: Partition, batch: Batch): void {
  const next = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
  if (next <= partition.position) return;
  if ((batch.attributes & IS_CONTROL) === 0) {
    for (const { offsetDelta, key, value, headers } of batch.records) {
      const offset = batch.firstOffset + BigInt(offsetDelta);
      const record: FetchedRecord = { offset, key: own(key), value: own(value), headers };
      if (offset >= partition.position) partition.waiting.push(record);
    }
  }
  partition.position = next;
}

/** A view would keep the whole answer in memory for as long as one record. */
function own(bytes: Buffer | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes);
}
