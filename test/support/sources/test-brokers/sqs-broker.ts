/** SQS of ElasticMQ, behind a front that checks access keys as Amazon does. */
import { lineProgress } from '../../../../control-plane/progress.ts';
import { startElasticMq } from '../../../../scripts/brokers/elasticmq.ts';
import { createTcpProxy } from '../../tcp-proxy.ts';
import { startSqsFront } from '../sqs-front.ts';
import { sqsQueues } from '../sqs-queues.ts';
import type { TestBroker, TestQueue } from './test-broker.ts';

const KEY = 'AKIAIOSFODNN7EXAMPLE';
const MAX_RECEIVES = 10;
/** What ElasticMQ takes, as SQS did for long. */
const MAX_BYTES = 256 * 1024;

export async function startSqsBroker(): Promise<TestBroker> {
  let server = await startElasticMq(lineProgress());
  const { url } = server;
  const front = await startSqsFront({ url });
  const proxy = await createTcpProxy(front.url);
  const queues = sqsQueues(url);
  const all = new Set<TestQueue>();
  const queueOf = (name: string): TestQueue => {
    const at = (suffix = '') => `${url}/000000000000/${name}${suffix}`;
    return {
      spec: {
        type: 'sqs',
        sqs: { queueURL: at().replace(url, proxy.url), region: 'eu-west-1' },
        secretRef: { name: 'sqs-login' },
      },
      async send(bodies, attributes = {}) {
        for (const body of bodies) {
          const encoded = typeof body === 'string' ? {} : { 'content-transfer-encoding': 'base64' };
          const entries = Object.entries({ ...attributes, ...encoded });
          await queues.send(
            at(),
            typeof body === 'string' ? body : body.toString('base64'),
            Object.fromEntries(entries.map(([key, StringValue]) => [key, { DataType: 'String', StringValue }])),
          );
        }
      },
      async counts() {
        const [{ waiting, hidden }, dead] = await Promise.all([queues.counts(at()), queues.counts(at('-dead'))]);
        return { left: waiting + hidden, again: undefined, dead: dead.waiting };
      },
      async remove() {
        await queues.remove(at());
        await queues.remove(at('-dead'));
      },
      make: async () => void (await queues.makeWithDeadLetters(name, MAX_RECEIVES)),
    };
  };
  return {
    type: 'sqs',
    env: {},
    secrets: { 'sqs-login': { aws_access_key_id: KEY, aws_secret_access_key: 'secret' } },
    proxy,
    maxBytes: MAX_BYTES,
    async queue(name) {
      const queue = queueOf(name);
      await queue.make();
      all.add(queue);
      return queue;
    },
    kill: () => server.stop(),
    async start() {
      server = await startElasticMq(lineProgress(), Number(new URL(url).port));
      for (const queue of all) await queue.make();
    },
    revoke: async () => void front.revoked.add(KEY),
    restore: async () => void front.revoked.delete(KEY),
    async stop() {
      queues.stop();
      await proxy.stop();
      await front.stop();
      await server.stop();
    },
  };
}
