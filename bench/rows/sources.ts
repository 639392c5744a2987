/** What messages of SQS cost, and what its sources cost at rest. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startSqsFront } from '../../test/support/sources/sqs-front.ts';
import type { Row } from '../row.ts';
import { restingMebibytesOf } from '../stage/process-facts.ts';
import { createSqsStage, messagesPerSecond, type SqsStage } from '../stage/sqs.ts';
import type { Stage } from '../stage/stage.ts';

/** moto takes longer for each the more there are. */
const MESSAGES = 300;
const SOURCES = 10;
const IDLE_SECONDS = 60;
/** The first polls do not wait. */
const SETTLE_SECONDS = 25;

async function onQueues<T>(stage: Stage, use: (queues: SqsStage) => Promise<T>): Promise<T> {
  await stage.restartOperator();
  const queues = await createSqsStage(stage);
  try {
    return await use(queues);
  } finally {
    await queues.end();
  }
}

const sqsHot: Row = {
  name: 'sqs-hot',
  title: `${MESSAGES} messages of SQS (moto) for one target`,
  receivers: 0,
  figures: [
    {
      name: 'shareOfBare',
      title: 'of a bare receive-and-delete loop',
      original: undefined,
      target: 0.8,
      atLeast: true,
    },
    { name: 'patchesEach', title: 'PATCHes of the target a message', original: undefined, target: 0.1 },
  ],
  measure: (stage) =>
    onQueues(stage, async (queues) => {
      const [bare, read] = [await queues.makeQueue('bare'), await queues.makeQueue('read')];
      for (const queue of [bare, read]) await queues.fill(queue, MESSAGES);
      const barePerSecond = await queues.drain(bare, MESSAGES);
      const { metricsUrl } = stage.operator;
      const before = await queues.targetPatches();
      const [perSecond] = await Promise.all([messagesPerSecond(metricsUrl, MESSAGES), queues.read([read])]);
      const patchesEach = ((await queues.targetPatches()) - before) / MESSAGES;
      return { shareOfBare: perSecond / barePerSecond, patchesEach, perSecond, barePerSecond };
    }),
};

const sqsIdle: Row = {
  name: 'sqs-idle',
  title: 'an SQS queue without messages, a minute',
  receivers: 0,
  figures: [{ name: 'calls', title: 'calls to SQS', original: undefined, target: 3 }],
  measure: (stage) =>
    onQueues(stage, async (queues) => {
      const front = await startSqsFront({ url: queues.url });
      try {
        await queues.read([await queues.makeQueue('idle')], front.url);
        await sleep(SETTLE_SECONDS * 1_000);
        const before = front.calls.length;
        await sleep(IDLE_SECONDS * 1_000);
        return { calls: front.calls.length - before };
      } finally {
        await front.stop();
      }
    }),
};

const sqsMemory: Row = {
  name: 'sqs-memory',
  title: `${SOURCES} sources of SQS at rest`,
  receivers: 0,
  figures: [{ name: 'addedMebibytes', title: 'RSS MiB above none', original: undefined, target: 30 }],
  measure: (stage) =>
    onQueues(stage, async (queues) => {
      const withoutMebibytes = await restingMebibytesOf(stage.operator.pid);
      const urls: string[] = [];
      for (let index = 0; index < SOURCES; index++) urls.push(await queues.makeQueue(`rest-${index}`));
      await queues.read(urls);
      const mebibytes = await restingMebibytesOf(stage.operator.pid);
      return { addedMebibytes: mebibytes - withoutMebibytes, mebibytes };
    }),
};

export const sqsRows: readonly Row[] = [sqsHot, sqsIdle, sqsMemory];
