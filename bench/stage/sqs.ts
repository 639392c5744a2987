/** Queues of moto on a stage, and BrokerReceivers that read them. */
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { lineProgress } from '../../control-plane/progress.ts';
import { startMoto } from '../../scripts/brokers/moto.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { NAMESPACE } from './receivers.ts';
import type { Stage } from './stage.ts';

export interface SqsStage {
  /** Of moto. */
  readonly url: string;
  /** @returns its URL. */
  makeQueue(name: string): Promise<string>;
  /** Puts so many messages into it. */
  fill(queueUrl: string, count: number): Promise<void>;
  /** Receives and deletes all of them by the same client as the operator's. @returns messages a second. */
  drain(queueUrl: string, count: number): Promise<number>;
  /** BrokerReceivers, one a queue, for one target. Done when all are Ready. @param origin of the calls, in moto's place. */
  read(queueUrls: readonly string[], origin?: string): Promise<void>;
  /** PATCHes of targets, by the API server's own count. */
  targetPatches(): Promise<number>;
  /** Takes the objects away. */
  end(): Promise<void>;
}

const BATCH = 10;
const REGION = 'eu-west-1';
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };

export async function createSqsStage({ controlPlane }: Stage): Promise<SqsStage> {
  const moto = await startMoto(lineProgress());
  const client = new SQSClient({ endpoint: moto.url, region: REGION, credentials });
  const kubectl = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await controlPlane.kubectl(['-n', NAMESPACE, ...args]);
    if (code !== 0) throw new Error(stderr.trim());
  };
  return {
    url: moto.url,
    async makeQueue(QueueName) {
      const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName }));
      return QueueUrl;
    },
    async fill(QueueUrl, count) {
      const Entries = Array.from({ length: BATCH }, (_, index) => ({ Id: String(index), MessageBody: '{}' }));
      for (let sent = 0; sent < count; sent += BATCH) {
        await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      }
    },
    drain: (queueUrl, count) => drain(client, queueUrl, count),
    async read(queueUrls, origin = moto.url) {
      const urls = queueUrls.map((url) => url.replace(moto.url, origin));
      await controlPlane.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objectsFor(urls) }));
      await kubectl('wait', 'brokerreceivers', '--all', '--for=condition=Ready', '--timeout=300s');
    },
    async targetPatches() {
      const { stdout } = await controlPlane.kubectl(['get', '--raw', '/metrics']);
      const counts = stdout.matchAll(
        /^apiserver_request_total\{.*resource="gitrepositories".*verb="PATCH".*\} (\d+)$/gm,
      );
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    },
    async end() {
      await kubectl('delete', 'brokerreceivers', '--all');
      client.destroy();
      await moto.stop();
    },
  };
}

async function drain(client: SQSClient, QueueUrl: string, count: number): Promise<number> {
  const begunMs = performance.now();
  let done = 0;
  while (done < count) {
    const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: BATCH, WaitTimeSeconds: 20 });
    const { Messages = [] } = await client.send(receive);
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    done += Messages.length;
  }
  return (count * 1_000) / (performance.now() - begunMs);
}

function objectsFor(queueUrls: readonly string[]): readonly object[] {
  const metadata = (name: string) => ({ namespace: NAMESPACE, name });
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata('sqs'),
    stringData: { aws_access_key_id: credentials.accessKeyId, aws_secret_access_key: credentials.secretAccessKey },
  };
  const target = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: metadata('of-messages'),
    spec: {},
  };
  const readers = queueUrls.map((queueURL, index) => ({
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'BrokerReceiver',
    metadata: metadata(`queue-${index}`),
    spec: {
      type: 'sqs',
      sqs: { queueURL, region: REGION },
      secretRef: { name: 'sqs' },
      resources: [{ kind: 'GitRepository', name: 'of-messages' }],
    },
  }));
  return [secret, target, ...readers];
}

/** When the operator had done its first messages, and when all. @returns messages a second in between. */
export async function messagesPerSecond(metricsUrl: string, count: number): Promise<number> {
  const first = await waitFor(
    'the first messages',
    async () => (await timedCount(metricsUrl)).done > 0 && timedCount(metricsUrl),
  );
  const last = await waitFor('the last message', async () => {
    const now = await timedCount(metricsUrl);
    return now.done >= count && now;
  });
  return ((last.done - first.done) * 1_000) / (last.atMs - first.atMs);
}

async function timedCount(metricsUrl: string): Promise<{ readonly done: number; readonly atMs: number }> {
  const text = await (await fetch(metricsUrl)).text();
  const counts = text.matchAll(/^sluice_source_messages_total\{[^}]*outcome="done"[^}]*\} (\d+)$/gm);
  return { done: [...counts].reduce((sum, [, count]) => sum + Number(count), 0), atMs: performance.now() };
}
