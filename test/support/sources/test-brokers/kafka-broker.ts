/** Topics of a real Kafka of two partitions each, read over TLS by a user with a password. */
import { lineProgress } from '../../../../control-plane/progress.ts';
import { KAFKA_USER, startKafka } from '../../../../scripts/brokers/kafka.ts';
import { createTcpProxy, type TcpProxy } from '../../tcp-proxy.ts';
import { kafkaTopics } from '../kafka-topics.ts';
import type { TestBroker, TestQueue } from './test-broker.ts';

const PARTITIONS = 2;

export async function startKafkaBroker(): Promise<TestBroker> {
  const proxies: TcpProxy[] = [];
  const server = await startKafka(lineProgress(), {
    async before(host) {
      const made = await createTcpProxy(`tcp://${host}`);
      proxies.push(made);
      return new URL(made.url).host;
    },
  });
  const [proxy] = proxies;
  if (proxy === undefined) throw new Error('Kafka was started without what is before it');
  const topics = kafkaTopics(server.url);
  const sum = (offsets: readonly bigint[]) => Number(offsets.reduce((total, offset) => total + offset, 0n));
  const queueOf = (topic: string): TestQueue => {
    const deadLetterTopic = `${topic}-dead`;
    let sent = 0;
    return {
      spec: {
        type: 'kafka',
        kafka: {
          ...{ bootstrapServers: [server.secureUrl], topics: [topic], consumerGroup: topic, deadLetterTopic },
          ...{ startFrom: 'earliest', tls: true, sasl: { mechanism: 'scram-sha-512' } },
        },
        secretRef: { name: 'kafka-login' },
        certSecretRef: { name: 'kafka-ca' },
      },
      async send(bodies, headers = {}) {
        for (const value of bodies) {
          await topics.write([{ topic, value, headers, partition: sent % PARTITIONS }]);
          sent += 1;
        }
      },
      async counts() {
        const [ends, committed, dead] = await Promise.all([
          topics.ends(topic),
          topics.committed(topic, topic, PARTITIONS),
          topics.ends(deadLetterTopic),
        ]);
        const done = committed.map((offset) => (offset < 0n ? 0n : offset));
        return { left: sum(ends) - sum(done), again: undefined, dead: sum(dead) };
      },
      remove: () => topics.remove(topic),
      make: () => topics.make(topic, PARTITIONS),
    };
  };
  return {
    type: 'kafka',
    env: {},
    secrets: { 'kafka-login': KAFKA_USER, 'kafka-ca': { 'ca.crt': server.authority } },
    proxy,
    maxBytes: 8 * 1024 * 1024,
    async queue(name) {
      const queue = queueOf(name);
      await topics.make(`${name}-dead`);
      await queue.make();
      return queue;
    },
    kill: server.kill,
    start: server.start,
    async revoke() {
      await topics.setPassword(KAFKA_USER.username, undefined);
      // A connection that was let in stays.
      proxy.cut();
    },
    restore: () => topics.setPassword(KAFKA_USER.username, KAFKA_USER.password),
    async stop() {
      await topics.close();
      await server.stop();
      await proxy.stop();
    },
  };
}
