/** Durable queues of a real RabbitMQ. */
import { type ConfirmChannel, connect } from 'amqplib';
import { lineProgress } from '../../../../control-plane/progress.ts';
import { startRabbitMq } from '../../../../scripts/brokers/rabbitmq.ts';
import { createTcpProxy } from '../../tcp-proxy.ts';
import { waitFor } from '../../wait-for.ts';
import type { TestBroker, TestQueue } from './test-broker.ts';

const LOGIN = { username: 'sluice', password: 'open-sesame' };

export async function startRabbitMqBroker(): Promise<TestBroker> {
  const server = await startRabbitMq({ progress: lineProgress() });
  const proxy = await createTcpProxy(server.url);
  await server.ctl('add_user', LOGIN.username, LOGIN.password);
  await server.ctl('set_permissions', '--vhost', '/', LOGIN.username, '^$', '^$', '.*');
  const { hostname, port } = new URL(server.url);
  /** By a connection of its own: the server may have been started anew. */
  const by = async <T>(work: (channel: ConfirmChannel) => Promise<T>): Promise<T> => {
    const connection = await connect({ hostname, port: Number(port) });
    connection.on('error', () => undefined);
    try {
      const channel = await connection.createConfirmChannel();
      channel.on('error', () => undefined);
      return await work(channel);
    } finally {
      await connection.close();
    }
  };
  const queueOf = (name: string): TestQueue => ({
    spec: { type: 'rabbitmq', rabbitmq: { url: proxy.url, queue: name }, secretRef: { name: 'rabbitmq-login' } },
    send: (bodies, headers = {}) =>
      // A server that has just started may not take a message yet.
      waitFor('the messages are sent', () =>
        by(async (channel) => {
          for (const body of bodies) channel.sendToQueue(name, Buffer.from(body), { persistent: true, headers });
          await channel.waitForConfirms();
          return true;
        }),
      ).then(() => undefined),
    counts: () =>
      by(async (channel) => {
        const [left, dead] = [await channel.checkQueue(name), await channel.checkQueue(`${name}-dead`)];
        return { left: left.messageCount, again: undefined, dead: dead.messageCount };
      }),
    remove: () => by(async (channel) => void (await channel.deleteQueue(name))),
    make: () =>
      by(async (channel) => {
        await channel.assertQueue(`${name}-dead`, { durable: true });
        const dead = { deadLetterExchange: '', deadLetterRoutingKey: `${name}-dead` };
        await channel.assertQueue(name, { durable: true, ...dead });
      }),
  });
  const setPassword = async (password: string) => {
    await server.ctl('change_password', LOGIN.username, password);
    // A connection that was let in stays.
    proxy.cut();
  };
  return {
    type: 'rabbitmq',
    env: {},
    secrets: { 'rabbitmq-login': LOGIN },
    proxy,
    maxBytes: 8 * 1024 * 1024,
    async queue(name) {
      const queue = queueOf(name);
      await queue.make();
      return queue;
    },
    kill: server.kill,
    start: server.start,
    revoke: () => setPassword('another'),
    restore: () => setPassword(LOGIN.password),
    async stop() {
      await proxy.stop();
      await server.stop();
    },
  };
}
