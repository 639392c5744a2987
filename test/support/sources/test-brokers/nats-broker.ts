/** JetStream of a real nats-server, one consumer for each queue. */
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers as createHeaders } from '@nats-io/transport-node';
import { startNats } from '../../../../scripts/brokers/nats.ts';
import { createTcpProxy } from '../../tcp-proxy.ts';
import { waitFor } from '../../wait-for.ts';
import type { TestBroker, TestQueue } from './test-broker.ts';

const STREAM = 'FLUX';
const SECOND_NS = 1_000_000_000;
/** Held beyond it, a message comes again unless it is extended. */
const ACK_WAIT_SECONDS = 20;
const MAX_DELIVER = 10;
const ADMIN = { user: 'admin', pass: 'admin' };
const LOGIN = { username: 'sluice', password: 'open-sesame' };
const user = (name: string, password: string) => `{user: ${name}, password: "${password}"}`;
const config = (...users: readonly string[]) =>
  `max_payload: 8MB\nauthorization { users = [${[user(ADMIN.user, ADMIN.pass), ...users].join(', ')}] }`;
const OPEN = config(user(LOGIN.username, LOGIN.password));

export async function startNatsBroker(): Promise<TestBroker> {
  const server = await startNats({ config: OPEN });
  const proxy = await createTcpProxy(server.url);
  const connection = await connect({
    servers: server.host,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    ...ADMIN,
  });
  const manager = await jetstreamManager(connection);
  const client = jetstream(connection);
  await manager.streams.add({ name: STREAM, subjects: ['flux.>'] });
  const given = new Map<string, number>();
  const dead = new Map<string, number>();
  const count = (counted: Map<string, number>, name: string) => void counted.set(name, (counted.get(name) ?? 0) + 1);
  for (const advisory of ['MSG_TERMINATED', 'MAX_DELIVERIES']) {
    connection.subscribe(`$JS.EVENT.ADVISORY.CONSUMER.${advisory}.${STREAM}.*`, {
      callback: (_, { subject }) => count(dead, subject.split('.').at(-1) ?? ''),
    });
  }
  const queueOf = (name: string): TestQueue => ({
    spec: {
      type: 'nats',
      nats: { servers: [proxy.url], stream: STREAM, consumer: name },
      secretRef: { name: 'nats-login' },
    },
    async send(bodies, attributes = {}) {
      const headers = createHeaders();
      for (const [key, value] of Object.entries(attributes)) headers.set(key, value);
      for (const body of bodies) {
        await waitFor('the message is taken', () => client.publish(`flux.${name}`, body, { headers }));
        count(given, name);
      }
    },
    async counts() {
      const info = await manager.consumers.info(STREAM, name);
      const first = (given.get(name) ?? 0) - info.num_pending;
      const left = info.num_pending + info.num_ack_pending;
      return { left, again: info.delivered.consumer_seq - first, dead: dead.get(name) ?? 0 };
    },
    remove: async () => void (await manager.consumers.delete(STREAM, name)),
    make: async () =>
      void (await manager.consumers.add(STREAM, {
        ...{ durable_name: name, filter_subject: `flux.${name}`, ack_policy: AckPolicy.Explicit },
        ...{ ack_wait: ACK_WAIT_SECONDS * SECOND_NS, max_deliver: MAX_DELIVER },
      })),
  });
  return {
    type: 'nats',
    env: {},
    secrets: { 'nats-login': LOGIN },
    proxy,
    maxBytes: 8 * 1024 * 1024,
    async queue(name) {
      const queue = queueOf(name);
      await queue.make();
      return queue;
    },
    kill: server.kill,
    start: () => server.start(),
    revoke: () => server.reload(config()),
    restore: () => server.reload(OPEN),
    async stop() {
      await connection.close();
      await proxy.stop();
      await server.stop();
    },
  };
}
