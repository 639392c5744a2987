/** Makes topics of a real Kafka, writes to them and looks at what a group has committed. */
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import {
  Admin,
  alterUserScramCredentialsV0,
  type CompressionAlgorithmValue,
  Connection,
  Consumer,
  Producer,
} from '@platformatic/kafka';
import { KAFKA_USER } from '../../../scripts/brokers/kafka.ts';

export interface Written {
  readonly topic: string;
  readonly value: string | Buffer | null;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly partition?: number;
}

export interface KafkaTopics {
  make(topic: string, partitions?: number): Promise<void>;
  remove(topic: string): Promise<void>;
  write(messages: readonly Written[], compression?: CompressionAlgorithmValue): Promise<void>;
  /** In one transaction, which is committed or aborted. */
  transact(messages: readonly Written[], how: 'commit' | 'abort'): Promise<void>;
  /** What the group has committed, by the partition. */
  committed(group: string, topic: string, partitions?: number): Promise<readonly bigint[]>;
  /** Of a topic with one partition, as a group without members. */
  commit(group: string, topic: string, offset: bigint): Promise<void>;
  /** Deletes the records before an offset of a topic with one partition, as their retention would. */
  expire(topic: string, offset: bigint): Promise<void>;
  /** One more than the last offset, by the partition. */
  ends(topic: string): Promise<readonly bigint[]>;
  /** Of a user by `scram-sha-512`; undefined: there is no such user any more. */
  setPassword(username: string, password: string | undefined): Promise<void>;
  close(): Promise<void>;
}

/** @param protection of a listener that asks for TLS and a user. */
export function kafkaTopics(url: string, protection?: { readonly ca: string }): KafkaTopics {
  const secured = protection && {
    tls: { ca: protection.ca },
    context: { tls: true },
    sasl: { mechanism: 'PLAIN' as const, ...KAFKA_USER },
  };
  const options = { clientId: 'test', bootstrapBrokers: [url], retries: 20, retryDelay: 250, ...secured };
  const admin = new Admin(options);
  const producer = new Producer(options);
  const raw = ({ topic, value, key, headers = {}, partition }: Written) => ({
    topic,
    ...(value !== null && { value: typeof value === 'string' ? Buffer.from(value) : value }),
    ...(key !== undefined && { key: Buffer.from(key) }),
    ...(partition !== undefined && { partition }),
    headers: new Map(Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
  });
  let transactions = 0;
  return {
    async make(topic, partitions = 1) {
      await admin.createTopics({ topics: [topic], partitions, replicas: 1 });
    },
    async remove(topic) {
      await admin.deleteTopics({ topics: [topic] });
    },
    async write(messages, compression = 'none') {
      await producer.send({ messages: messages.map(raw), compression, acks: -1 });
    },
    async transact(messages, how) {
      transactions += 1;
      const own = new Producer({ ...options, transactionalId: `test-${transactions}`, idempotent: true });
      const transaction = await own.beginTransaction();
      await transaction.send({ messages: messages.map(raw) });
      await transaction[how]();
      await own.close();
    },
    async committed(groupId, topic, partitions = 1) {
      const reader = new Consumer({ ...options, groupId });
      try {
        const indexes = Array.from({ length: partitions }, (_, index) => index);
        return (await reader.listCommittedOffsets({ topics: [{ topic, partitions: indexes }] })).get(topic) ?? [];
      } finally {
        await reader.close(true);
      }
    },
    async commit(groupId, name, offset) {
      const partitionOffsets = [{ partition: 0, offset }];
      await admin.alterConsumerGroupOffsets({ groupId, topics: [{ name, partitionOffsets }] });
    },
    async expire(name, offset) {
      await admin.deleteRecords({ topics: [{ name, partitions: [{ partition: 0, offset }] }] });
    },
    async ends(topic) {
      const reader = new Consumer({ ...options, groupId: 'ends' });
      try {
        return (await reader.listOffsets({ topics: [topic] })).get(topic) ?? [];
      } finally {
        await reader.close(true);
      }
    },
    setPassword: (username, password) => setPassword(url, username, password),
    async close() {
      await Promise.all([admin.close(), producer.close()]);
    },
  };
}

const SCRAM_SHA_512 = 2;
const ITERATIONS = 4_096;

async function setPassword(url: string, name: string, password: string | undefined): Promise<void> {
  const connection = new Connection('test');
  const { hostname, port } = new URL(`tcp://${url}`);
  await connection.connect(hostname, Number(port));
  try {
    const user = { name, mechanism: SCRAM_SHA_512 };
    const salt = randomBytes(16);
    const salted = (text: string) => pbkdf2Sync(text, salt, ITERATIONS, 64, 'sha512');
    const change =
      password === undefined ? [] : [{ ...user, iterations: ITERATIONS, salt, saltedPassword: salted(password) }];
    await alterUserScramCredentialsV0.api.async(connection, password === undefined ? [user] : [], change);
  } finally {
    await connection.close();
  }
}
