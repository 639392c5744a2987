/** A message from a broker, step by step: an image pushed to ECR reaches a cluster that nothing outside can reach. */

import { type SqsQueues, sqsQueues } from '../../test/support/sources/sqs-queues.ts';
import { type Moto, startMoto } from '../brokers/moto.ts';
import { ecrPush, ecrReceiver } from './manifests.ts';
import { type Stage, until } from './walk.ts';

/** What is left to play with. */
export interface BrokerHook {
  /** A command that puts the event into the queue once more. */
  readonly command: string;
  stop(): Promise<void>;
}

const QUEUE = 'flux-events';
const MAX_RECEIVES = 10;

async function kubectl({ controlPlane }: Stage, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await controlPlane.kubectl(['-n', 'flux-system', ...args]);
  if (code !== 0) throw new Error(stderr.trim());
  return stdout;
}

/** Throws unless each step was seen to work. */
export async function walkBroker(stage: Stage): Promise<BrokerHook> {
  const { narrator } = stage;
  narrator.heading('A message from a broker');
  let moto: Moto | undefined;
  await narrator.step('moto: Amazon SQS on this machine', async (progress) => {
    moto = await startMoto(progress);
    return moto.url;
  });
  if (moto === undefined) throw new Error('moto did not start');
  const queues = sqsQueues(moto.url);
  const stop = async () => {
    queues.stop();
    await moto?.stop();
  };
  try {
    const url = await push(stage, queues);
    const send = `--endpoint-url ${moto.url} --region eu-west-1 sqs send-message --queue-url ${url}`;
    const keys = 'AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo';
    return { command: `${keys} ${moto.bin}/aws ${send} --message-body '${ecrPush()}'`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @returns the queue's URL. */
async function push(stage: Stage, queues: SqsQueues): Promise<string> {
  const { narrator, controlPlane } = stage;
  let url = '';
  await narrator.step(`Queue ${QUEUE} with a dead-letter queue`, async () => {
    ({ url } = await queues.makeWithDeadLetters(QUEUE, MAX_RECEIVES));
    return url;
  });
  await narrator.step('ImageRepository webapp and BrokerReceiver ecr', async () => {
    await controlPlane.apply(ecrReceiver(url));
    await kubectl(stage, 'wait', '--for=condition=Ready', 'brokerreceiver/ecr', '--timeout=300s');
    return 'Ready';
  });
  narrator.show(await kubectl(stage, 'get', 'brokerreceivers'));
  const annotation = 'jsonpath={.metadata.annotations.reconcile\\.fluxcd\\.io/requestedAt}';
  await narrator.step('an image pushed to ECR, as EventBridge puts it into the queue', async () => {
    const begun = performance.now();
    await queues.send(url, ecrPush());
    const requestedAt = await until('the annotation of webapp', async () => {
      return (await kubectl(stage, 'get', 'imagerepository/webapp', '-o', annotation)) || undefined;
    });
    return `webapp scans at ${requestedAt}, seen after ${(performance.now() - begun).toFixed(0)} ms`;
  });
  await narrator.step('the message', async () => {
    await until('an empty queue', async () => {
      const { waiting, hidden } = await queues.counts(url);
      return waiting + hidden === 0 || undefined;
    });
    return 'deleted, after its effect';
  });
  return url;
}
