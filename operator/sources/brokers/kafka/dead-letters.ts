/** Writes what can never be handled to another topic, as it was and with why. */
import type { ClientOptions } from './connect.ts';
import type { FetchedRecord, Partition } from './partition.ts';

type Client = typeof import('../../clients/kafka.ts');

export interface DeadLetters {
  /** @throws what the client throws */
  write(partition: Partition, record: FetchedRecord, reason: string): Promise<void>;
  close(): Promise<void>;
}

/** No connection is made before there is something to write. */
export function createDeadLetters({ Producer }: Client, options: ClientOptions, topic: string): DeadLetters {
  let producer: InstanceType<Client['Producer']> | undefined;
  return {
    async write(partition, record, reason) {
      producer ??= new Producer(options);
      const headers = new Map<Buffer, Buffer>();
      for (const [name, value] of record.headers) headers.set(name ?? EMPTY, value ?? EMPTY);
      const added = {
        'sluice-topic': partition.topic,
        'sluice-partition': String(partition.index),
        'sluice-offset': String(record.offset),
        'sluice-reason': reason,
      };
      for (const [name, value] of Object.entries(added)) headers.set(Buffer.from(name), Buffer.from(value));
      const message = {
        topic,
        headers,
        ...(record.key && { key: record.key }),
        ...(record.value && { value: record.value }),
      };
      await producer.send({ messages: [message], acks: ALL_REPLICAS });
    },
    async close() {
      await producer?.close();
    },
  };
}

const EMPTY = Buffer.alloc(0);
const ALL_REPLICAS = -1;
