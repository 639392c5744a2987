/** Google Pub/Sub at its own address, with its own way to tokens: a fake of both behind the names of Google. */
import { generateKeyPairSync } from 'node:crypto';
import { lineProgress } from '../../../../control-plane/progress.ts';
import { startPubSub } from '../../../../scripts/brokers/pubsub.ts';
import { startRecorder } from '../../alerts/recorder.ts';
import { createTcpProxy } from '../../tcp-proxy.ts';
import { startGoogleFront } from '../google-front.ts';
import type { TestBroker, TestQueue } from './test-broker.ts';

const TOKEN = 'of-the-key';
/** Held beyond it, a message comes again unless it is extended. */
const ACK_DEADLINE_SECONDS = 20;
const MAX_DELIVERIES = 10;

/** Of `key.json`. */
function serviceAccountKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  return JSON.stringify({ type: 'service_account', client_email: 'flux@acme.iam.gserviceaccount.com', private_key });
}

export async function startPubSubBroker(): Promise<TestBroker> {
  const server = await startPubSub({ token: TOKEN, progress: lineProgress() });
  const proxy = await createTcpProxy(`http://${server.host}`);
  const body = JSON.stringify({ access_token: TOKEN, expires_in: 3_600, token_type: 'Bearer' });
  const header = { 'Content-Type': 'application/json' };
  const tokens = await startRecorder([{ match: 'POST /token', status: 200, body, header }]);
  const front = await startGoogleFront({
    'pubsub.googleapis.com': new URL(proxy.url).host,
    'oauth2.googleapis.com': tokens.host,
  });
  const all = new Set<TestQueue>();
  const queueOf = (name: string): TestQueue => {
    const topic = `projects/acme/topics/${name}`;
    const subscription = `projects/acme/subscriptions/${name}`;
    /** Their ids: the fake moves a message again and again. */
    const dead = new Set<string>();
    const takeDead = async (): Promise<number> => {
      const pulled = (await server.call('POST', `${subscription}-dead:pull`, { maxMessages: 100 })) as {
        readonly receivedMessages?: readonly { readonly message: { readonly messageId: string } }[];
      };
      for (const { message } of pulled.receivedMessages ?? []) dead.add(message.messageId);
      return dead.size;
    };
    return {
      spec: { type: 'pubsub', pubsub: { subscription }, secretRef: { name: 'pubsub-login' } },
      async send(bodies, attributes = {}) {
        const messages = bodies.map((each) => ({ data: Buffer.from(each).toString('base64'), attributes }));
        for (const message of messages) await server.call('POST', `${topic}:publish`, { messages: [message] });
      },
      async counts() {
        const messages = (await server.messages()).filter((each) => each.topic === topic);
        const again = messages.reduce((sum, { deliveries }) => sum + Math.max(deliveries - 1, 0), 0);
        const left = messages.filter(({ acks, deliveries }) => acks === 0 && deliveries < MAX_DELIVERIES).length;
        return { left, again, dead: await takeDead() };
      },
      remove: async () => void (await server.call('DELETE', subscription)),
      async make() {
        for (const each of [topic, `${topic}-dead`]) await server.call('PUT', each, {}).catch(() => undefined);
        const dead = { topic: `${topic}-dead` };
        await server.call('PUT', `${subscription}-dead`, dead).catch(() => undefined);
        await server.call('PUT', subscription, {
          ...{ topic, ackDeadlineSeconds: ACK_DEADLINE_SECONDS },
          deadLetterPolicy: { deadLetterTopic: dead.topic, maxDeliveryAttempts: MAX_DELIVERIES },
        });
      },
    };
  };
  return {
    type: 'pubsub',
    env: front.env,
    secrets: { 'pubsub-login': { 'key.json': serviceAccountKey() } },
    proxy,
    maxBytes: 5 * 1024 * 1024,
    async queue(name) {
      const queue = queueOf(name);
      await queue.make();
      all.add(queue);
      return queue;
    },
    kill: server.kill,
    async start() {
      await server.start();
      for (const queue of all) await queue.make();
    },
    revoke: () => server.askFor('another'),
    restore: () => server.askFor(TOKEN),
    async stop() {
      await front.stop();
      await tokens.close();
      await proxy.stop();
      await server.stop();
    },
  };
}
