/**
 * The membership in a consumer group: which partitions this replica has, and from where it reads them. The client's own
 * stream reads ahead by rules of its own over a rebalance; here what a partition is read from is what the group has
 * committed, each time that it is given.
 */
import type { KafkaBlock } from './block.ts';
import type { ClientOptions } from './connect.ts';
import { createPartition, doneUpTo, type Partition } from './partition.ts';

type Client = typeof import('../../clients/kafka.ts');
export type Consumer = InstanceType<Client['Consumer']>;

export interface Group {
  readonly consumer: Consumer;
  /** Those that this replica has now; another array after each rebalance. */
  partitions: readonly Partition[];
  /** Whether it is a member that knows its partitions. */
  joined: boolean;
  /** Why nothing can be read any more. */
  failure: unknown;
}

export interface GroupOptions {
  readonly sdk: Client;
  readonly block: KafkaBlock;
  readonly options: ClientOptions;
  /** Called when partitions came, went, or nothing can be read any more. */
  changed(): void;
}

/** A member that is gone holds up those that come for so long. */
const SESSION_MS = 15_000;
const REBALANCE_MS = 60_000;
const HEARTBEAT_MS = 3_000;
const METADATA_MAX_AGE_MS = 30_000;
const EARLIEST = -2n;
const LATEST = -1n;
const NOTHING_COMMITTED = -1n;
/** Also what transactions that are open have written. */
const READ_UNCOMMITTED = 0;

/** Resolves as a member. @throws what the client throws */
export async function joinGroup({ sdk, block, options, changed }: GroupOptions): Promise<Group> {
  const { consumerGroup: groupId, topics } = block;
  const consumer: Consumer = new sdk.Consumer({
    ...options,
    groupId,
    autocommit: false,
    sessionTimeout: SESSION_MS,
    rebalanceTimeout: REBALANCE_MS,
    heartbeatInterval: HEARTBEAT_MS,
    metadataMaxAge: METADATA_MAX_AGE_MS,
  });
  const group: Group = { consumer, partitions: [], joined: false, failure: undefined };
  const fail = (error: unknown): void => {
    group.failure ??= error;
    changed();
  };
  consumer.on('error', fail);
  consumer.on('consumer:heartbeat:stalled', ({ lastError }) => fail(lastError ?? new Error('no heartbeat')));
  consumer.on('consumer:group:rebalance', () => {
    // What others go on from; what is not done comes again to whoever has the partition then.
    commitDone(group).catch(() => undefined);
    group.partitions = [];
    group.joined = false;
    changed();
  });
  consumer.on('consumer:group:join', () => {
    const { generationId } = consumer;
    readPartitions(group, block)
      .then((partitions) => {
        if (consumer.generationId !== generationId) return;
        group.partitions = partitions;
        group.joined = true;
        changed();
      })
      .catch((error: unknown) => {
        if (consumer.generationId === generationId) fail(error);
      });
  });
  try {
    consumer.topics.trackAll(...topics);
    await consumer.joinGroup();
    return group;
  } catch (error) {
    await consumer.close(true).catch(() => undefined);
    throw error;
  }
}

/**
 * From what the group has committed, else from where the block says. Where that is no offset of the partition any more,
 * because records were deleted or the topic was made again, from the first record that there is: nobody has read it.
 */
async function readPartitions({ consumer }: Group, { startFrom }: KafkaBlock): Promise<readonly Partition[]> {
  const assignments = consumer.assignments ?? [];
  if (assignments.length === 0) return [];
  const topics = assignments.map(({ topic }) => topic);
  const partitions = Object.fromEntries(assignments.map(({ topic, partitions: indexes }) => [topic, indexes]));
  const [committed, firsts, stableEnds, ends] = await Promise.all([
    consumer.listCommittedOffsets({ topics: assignments }),
    consumer.listOffsets({ topics, partitions, timestamp: EARLIEST }),
    consumer.listOffsets({ topics, partitions, timestamp: LATEST }),
    consumer.listOffsets({ topics, partitions, timestamp: LATEST, isolationLevel: READ_UNCOMMITTED }),
  ]);
  return assignments.flatMap(({ topic, partitions: indexes }) =>
    indexes.map((index) => {
      const of = (offsets: typeof firsts) => offsets.get(topic)?.[index] ?? 0n;
      const known = committed.get(topic)?.[index] ?? NOTHING_COMMITTED;
      if (known >= of(firsts) && known <= of(ends)) return createPartition(topic, index, known, known);
      const isNew = known === NOTHING_COMMITTED && startFrom !== 'earliest';
      return createPartition(topic, index, of(isNew ? stableEnds : firsts), NOTHING_COMMITTED);
    }),
  );
}

/** Also where a group begins that had committed nothing: what comes from then on is lost to no restart. */
export async function commitDone({ consumer, partitions }: Group): Promise<void> {
  const due = partitions.filter((partition) => doneUpTo(partition) > partition.committed);
  if (due.length === 0) return;
  const upTo = due.map((partition) => ({ partition, offset: doneUpTo(partition) }));
  await consumer.commit({
    offsets: upTo.map(({ partition: { topic, index }, offset }) => ({
      ...{ topic, partition: index, offset, leaderEpoch: NO_EPOCH },
    })),
  });
  for (const { partition, offset } of upTo) partition.committed = offset;
}

const NO_EPOCH = -1;
